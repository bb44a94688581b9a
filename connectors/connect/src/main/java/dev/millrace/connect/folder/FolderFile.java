package dev.millrace.connect.folder;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32;

/**
 * One version of a file in the watched folder. Each time the file is written, it becomes another
 * version.
 *
 * @param path the path below the watched folder, with {@code /} as separator on every system
 * @param file the path with which to open the file
 * @param bytes the file's size, in bytes
 * @param modifiedMs time of the last modification, in ms since 1970
 */
public record FolderFile(String path, Path file, long bytes, long modifiedMs) {

  /**
   * {@return the source partition of the file, from 0 to {@link SourcePartitions#COUNT} - 1} The
   * source partition depends only on the path, so all versions of a file are in one source
   * partition.
   */
  public int partition() {
    CRC32 hash = new CRC32();
    hash.update(path.getBytes(StandardCharsets.UTF_8));
    return (int) (hash.getValue() % SourcePartitions.COUNT);
  }

  /**
   * {@return 64 bits that identify this version of the file} These are the first bits of the
   * SHA-256 checksum of path, size and time. Among a million files, the chance that any two have
   * equal bits is below one in thirty million.
   */
  public long fingerprint() {
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(2 * Long.BYTES).putLong(bytes).putLong(modifiedMs).flip());
    digest.update(path.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  /** {@return the name of the folder that holds the file, which is the file's label} */
  public String folderName() {
    Path folder = file.getParent();
    Path name = folder == null ? null : folder.getFileName();
    return name == null ? "" : name.toString();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
