package dev.millrace.blobs;

import java.nio.file.Path;
import java.util.List;

/**
 * A file on this machine.
 *
 * @param path the decoded segments of the absolute path
 */
record FileRef(List<String> path) implements DataRef {

  @Override
  public String store() {
    return "file:";
  }

  Path toPath() {
    return Path.of("/").resolve(String.join("/", path));
  }
}
