package dev.millrace.trainer.data;

import dev.millrace.core.files.WholeFile;
import dev.millrace.core.model.Labels;
import dev.millrace.core.training.TrainingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads a folder with one subfolder per class, as torchvision's {@code ImageFolder} does. */
public final class FolderImages {

  private FolderImages() {}

  /**
   * Finds the images. The classes are in the alphabetical order of their folders' names. Hidden
   * files and folders are skipped. An image's key is its path below the folder.
   *
   * @param folder the folder that holds the class folders
   * @return the images, not yet read
   * @throws TrainingException if there are fewer than two classes, a class has no image, or the
   *     folder cannot be read
   */
  public static LabelledImages find(Path folder) {
    try {
      List<Path> classes = classes(folder);
      if (classes.isEmpty()) {
        throw new TrainingException(
            "there is no folder in "
                + folder
                + "; put the images of each class into a separate folder");
      }
      List<LabelledImage> images = new ArrayList<>();
      for (int label = 0; label < classes.size(); label++) {
        images.addAll(of(folder, classes.get(label), label));
      }
      Labels labels =
          new Labels(classes.stream().map(path -> path.getFileName().toString()).toList());
      return new LabelledImages(labels, images);
    } catch (IOException | UncheckedIOException e) {
      throw new TrainingException(
          "cannot read the images in " + folder + " (" + e + "); check that it exists", e);
    }
  }

  private static List<Path> classes(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return visible(children).filter(Files::isDirectory).sorted().toList();
    }
  }

  private static List<LabelledImage> of(Path root, Path folder, int label) throws IOException {
    try (Stream<Path> walk = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return visible(walk)
          .filter(Files::isRegularFile)
          .map(file -> image(root, file, label))
          .sorted((a, b) -> a.key().compareTo(b.key()))
          .toList();
    }
  }

  private static LabelledImage image(Path root, Path file, int label) {
    String key = root.relativize(file).toString().replace('\\', '/');
    return new LabelledImage(key, label, () -> WholeFile.read(file));
  }

  private static Stream<Path> visible(Stream<Path> paths) {
    return paths.filter(path -> !path.getFileName().toString().startsWith("."));
  }
}
