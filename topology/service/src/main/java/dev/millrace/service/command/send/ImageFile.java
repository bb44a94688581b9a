package dev.millrace.service.command.send;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A file to send.
 *
 * @param root what its id is relative to
 * @param path where it lies
 */
record ImageFile(Path root, Path path) {

  private static final Set<String> IMAGE_ENDINGS =
      Set.of("jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff");

  /** Its path below the root, with {@code /} between the names on every system. */
  String id() {
    return StreamSupport.stream(root.relativize(path).spliterator(), false)
        .map(Path::toString)
        .collect(Collectors.joining("/"));
  }

  /** The name of the folder it lies in; empty in a root folder, which has no name. */
  Optional<String> label() {
    Path folder = path.toAbsolutePath().normalize().getParent();
    return Optional.ofNullable(folder.getFileName()).map(Path::toString);
  }

  /** True if its name ends like an image's. */
  boolean isImage() {
    String name = path.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot >= 0 && IMAGE_ENDINGS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
  }
}
