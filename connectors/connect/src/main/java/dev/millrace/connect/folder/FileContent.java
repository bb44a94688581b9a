package dev.millrace.connect.folder;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** Reads files of the watched folder, but refuses a file that has changed since the scan. */
public final class FileContent {

  private FileContent() {}

  /**
   * Reads the beginning of a file.
   *
   * @param file the file, as a scan has seen it
   * @param length the largest number of bytes to read
   * @return the bytes, or empty if the file has changed or is gone since the scan. A later scan
   *     then sees the new version, if there is one
   * @throws IOException if the file has not changed, but cannot be read
   */
  public static Optional<byte[]> read(FolderFile file, int length) throws IOException {
    byte[] bytes;
    // The option NOFOLLOW_LINKS is necessary because a link may have replaced the file since the
    // scan.
    try (InputStream in =
        Files.newInputStream(file.file(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      bytes = in.readNBytes(length);
    } catch (IOException e) {
      if (isUnchanged(file)) {
        throw e;
      }
      return Optional.empty();
    }
    boolean whole = bytes.length == Math.min(length, file.bytes());
    return whole && isUnchanged(file) ? Optional.of(bytes) : Optional.empty();
  }

  private static boolean isUnchanged(FolderFile file) {
    try {
      BasicFileAttributes now =
          Files.readAttributes(file.file(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return now.isRegularFile()
          && now.size() == file.bytes()
          && now.lastModifiedTime().toMillis() == file.modifiedMs();
    } catch (IOException e) {
      return false;
    }
  }
}
