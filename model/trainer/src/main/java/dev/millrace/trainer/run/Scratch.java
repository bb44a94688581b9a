package dev.millrace.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary folder. {@link #close} deletes the folder and its files.
 *
 * @param folder the folder
 */
record Scratch(Path folder) implements AutoCloseable {

  /** {@return a new folder, which the caller closes} */
  static Scratch create() throws IOException {
    return new Scratch(Files.createTempDirectory("millrace-export"));
  }

  @Override
  public void close() throws IOException {
    List<Path> content;
    try (Stream<Path> files = Files.list(folder)) {
      content = files.toList();
    }
    for (Path file : content) {
      Files.delete(file);
    }
    Files.delete(folder);
  }
}
