package dev.millrace.core.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Replaces a file in one step: a reader, also one after a kill or a power cut, finds the old
 * content or the new content, whole. The content goes to a hidden file beside it, is forced to disk
 * and gets the file's name; then the folder is forced to disk.
 *
 * <p>Several threads and processes may write the same file at once; the last rename wins.
 */
public final class AtomicFile {

  private AtomicFile() {}

  /** Writes a file, or replaces it. Its folder must exist. */
  public static void write(Path file, byte[] bytes) throws IOException {
    write(file, out -> out.write(bytes));
  }

  /** The same for content that is written piece by piece; the stream is buffered. */
  public static void write(Path file, Disk.Content content) throws IOException {
    Path hidden = file.resolveSibling(hiddenPrefix(file) + UUID.randomUUID());
    try {
      Disk.writeNew(hidden, content);
      Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(hidden);
    }
    Disk.force(file.toAbsolutePath().getParent());
  }

  /**
   * Removes the hidden files of writers that were killed. Call it only where no other thread or
   * process writes the same file.
   */
  public static void removeUnfinished(Path file) throws IOException {
    String prefix = hiddenPrefix(file);
    try (DirectoryStream<Path> unfinished =
        Files.newDirectoryStream(
            file.toAbsolutePath().getParent(),
            other -> other.getFileName().toString().startsWith(prefix))) {
      for (Path hidden : unfinished) {
        Files.delete(hidden);
      }
    }
  }

  private static String hiddenPrefix(Path file) {
    return "." + file.getFileName() + "-";
  }
}
