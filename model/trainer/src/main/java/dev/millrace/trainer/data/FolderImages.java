package dev.millrace.trainer.data;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.files.WholeFile;
import dev.millrace.core.training.TrainingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Reads a folder with one subfolder per class, as torchvision's {@code ImageFolder} does. */
public final class FolderImages {

  private FolderImages() {}

  /**
   * Finds the images, and reads each of them once. Hidden files and folders are skipped. An image's
   * key is its path below the folder.
   *
   * @param folder the folder that holds the class folders
   * @return the images
   * @throws TrainingException if there is no class folder, or the folder cannot be read
   */
  public static FoundImages find(Path folder) {
    try {
      List<Path> classes = classes(folder);
      if (classes.isEmpty()) {
        throw new TrainingException(
            "there is no folder in "
                + folder
                + "; put the images of each class into a separate folder");
      }
      List<NamedImage> images = new ArrayList<>();
      SortedSet<String> names = new TreeSet<>();
      for (Path path : classes) {
        String name = path.getFileName().toString();
        names.add(name);
        images.addAll(of(folder, path, name));
      }
      return new FoundImages(names, images);
    } catch (IOException | UncheckedIOException e) {
      throw new TrainingException(
          "cannot read the images in " + folder + " (" + e + "); check that it exists", e);
    }
  }

  private static List<Path> classes(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(child -> !VisibleFiles.isHidden(child))
          .filter(Files::isDirectory)
          .sorted()
          .toList();
    }
  }

  private static List<NamedImage> of(Path root, Path folder, String name) throws IOException {
    return VisibleFiles.below(folder).stream()
        .map(file -> image(root, file, name))
        .sorted((a, b) -> a.key().compareTo(b.key()))
        .toList();
  }

  private static NamedImage image(Path root, Path file, String name) {
    String key = root.relativize(file).toString().replace('\\', '/');
    try {
      return new NamedImage(key, name, Sha256.of(file), () -> WholeFile.read(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
