package dev.millrace.core.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Replaces a file in one step. A reader always finds either the complete old content or the
 * complete new content, even after the writing process was killed or the power failed.
 *
 * <p>The content is written to a hidden file in the same folder and forced to disk. A rename gives
 * the hidden file the target's name. Then the folder is forced to disk.
 *
 * <p>Several threads and processes may write the same file at once; the last rename wins.
 */
public final class AtomicFile {

  private AtomicFile() {}

  /**
   * Writes or replaces a file.
   *
   * @param file the target, in a folder that exists
   * @param bytes the new content
   * @throws IOException if writing fails; the file then has either its complete old content or its
   *     complete new content
   */
  public static void write(Path file, byte[] bytes) throws IOException {
    write(file, out -> out.write(bytes));
  }

  /**
   * Writes or replaces a file with content that is produced piece by piece.
   *
   * @param file the target, in a folder that exists
   * @param content writes the new content to a buffered stream
   * @throws IOException if writing fails; the file then has either its complete old content or its
   *     complete new content
   */
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
   * Removes the hidden files that killed writers left. Call it only where no other thread or
   * process writes the same file.
   *
   * @param file the target whose hidden files are removed
   * @throws IOException if the folder cannot be listed or a hidden file cannot be removed
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
