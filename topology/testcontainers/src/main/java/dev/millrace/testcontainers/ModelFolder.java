package dev.millrace.testcontainers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A model's folder in a model repository. */
final class ModelFolder {

  private ModelFolder() {}

  /** Returns the model's name, or throws if the folder has no version. */
  static String name(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("there is no folder " + folder.toAbsolutePath());
    }
    try (Stream<Path> files = Files.list(folder)) {
      if (files.noneMatch(ModelFolder::isVersion)) {
        throw new IllegalArgumentException(
            folder + " is not a model, because it has no version; add a file like 1/model.onnx");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder, e);
    }
    return folder.toAbsolutePath().normalize().getFileName().toString();
  }

  private static boolean isVersion(Path file) {
    return file.getFileName().toString().matches("[1-9][0-9]*") && Files.isDirectory(file);
  }
}
