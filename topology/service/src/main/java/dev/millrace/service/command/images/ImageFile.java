package dev.millrace.service.command.images;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A file that the user names, or a file in a folder that the user names.
 *
 * @param root the folder to which the file's id is relative
 * @param path the path of the file
 */
public record ImageFile(Path root, Path path) {

  private static final Set<String> IMAGE_ENDINGS =
      Set.of("jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff");

  /** {@return the path of the file below the root, with {@code /} as separator on every system} */
  public String id() {
    return StreamSupport.stream(root.relativize(path).spliterator(), false)
        .map(Path::toString)
        .collect(Collectors.joining("/"));
  }

  /**
   * {@return the name of the folder that contains the file; empty if the folder is the root of the
   * file system}
   */
  public Optional<String> label() {
    Path folder = path.toAbsolutePath().normalize().getParent();
    return Optional.ofNullable(folder.getFileName()).map(Path::toString);
  }

  /** {@return whether the file has the file name extension of an image} */
  boolean isImage() {
    String name = path.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot >= 0 && IMAGE_ENDINGS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
  }
}
