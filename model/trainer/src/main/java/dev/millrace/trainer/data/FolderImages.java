package dev.millrace.trainer.data;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.files.VisibleFiles;
import dev.millrace.core.files.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Reads a folder with one subfolder per class, as torchvision's {@code ImageFolder} does. */
public final class FolderImages {

  private FolderImages() {}

  /**
   * {@return the images of a folder that has few images} This method cannot be stopped.
   *
   * @param folder the folder that holds the class folders
   * @throws FailedReadException if there is no class folder, or the folder cannot be read
   */
  public static FoundImages find(Path folder) {
    return find(folder, () -> false).orElseThrow();
  }

  /**
   * Finds the images, and reads each of them once. Hidden files and folders are skipped. An image's
   * key is its path below the folder.
   *
   * @param folder the folder that holds the class folders
   * @param stop called before each image is read; if it returns true, the search stops
   * @return the images, or empty if the search was stopped
   * @throws FailedReadException if there is no class folder, or the folder cannot be read
   */
  public static Optional<FoundImages> find(Path folder, BooleanSupplier stop) {
    try {
      List<Path> classes = classes(folder);
      if (classes.isEmpty()) {
        throw new FailedReadException(
            "there is no folder in "
                + folder
                + "; put the images of each class into a separate folder");
      }
      List<NamedImage> images = new ArrayList<>();
      SortedSet<String> names = new TreeSet<>();
      for (Path path : classes) {
        String name = path.getFileName().toString();
        names.add(name);
        for (Path file : sorted(folder, path)) {
          if (stop.getAsBoolean()) {
            return Optional.empty();
          }
          images.add(image(folder, file, name));
        }
      }
      return Optional.of(new FoundImages(names, images));
    } catch (IOException | UncheckedIOException e) {
      throw new FailedReadException(
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

  private static List<Path> sorted(Path root, Path folder) throws IOException {
    return VisibleFiles.below(folder, file -> true, skipped -> {}).stream()
        .sorted(Comparator.comparing(file -> key(root, file)))
        .toList();
  }

  private static String key(Path root, Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }

  private static NamedImage image(Path root, Path file, String name) throws IOException {
    return new NamedImage(key(root, file), name, Sha256.of(file), () -> WholeFile.read(file));
  }
}
