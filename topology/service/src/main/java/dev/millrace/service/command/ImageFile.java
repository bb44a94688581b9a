package dev.millrace.service.command;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A file to send.
 *
 * @param root what its id is relative to
 * @param path where it lies
 */
record ImageFile(Path root, Path path) {

  private static final Map<String, String> CONTENT_TYPES =
      Map.of(
          "jpg", "image/jpeg",
          "jpeg", "image/jpeg",
          "png", "image/png",
          "gif", "image/gif",
          "bmp", "image/bmp",
          "webp", "image/webp",
          "tif", "image/tiff",
          "tiff", "image/tiff");

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

  /** The media type that its name's ending stands for; empty if that is no image's. */
  Optional<String> contentType() {
    String name = path.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return Optional.ofNullable(CONTENT_TYPES.get(ending));
  }
}
