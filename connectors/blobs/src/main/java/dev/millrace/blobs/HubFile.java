package dev.millrace.blobs;

import java.util.List;
import java.util.Set;

/**
 * A file of a model on Hugging Face's hub.
 *
 * @param path the path in the model's repository, with slashes
 * @param size the number of bytes, or -1 if the hub does not report it
 * @param sha256 the checksum, or null for a small file, for which the hub has only Git's checksum
 */
record HubFile(String path, long size, String sha256) {

  private static final Set<String> FORBIDDEN = Set.of("", ".", "..");

  /** {@return whether a path leads to a file below the folder to which it is relative} */
  static boolean isPath(String path) {
    return path.chars().noneMatch(c -> c < ' ' || c == '\\' || c == ':')
        && List.of(path.split("/", -1)).stream().noneMatch(FORBIDDEN::contains);
  }

  /** {@return the path of the file's folder with a slash at its end, or an empty text} */
  String folder() {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }
}
