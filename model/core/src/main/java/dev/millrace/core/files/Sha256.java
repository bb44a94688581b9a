package dev.millrace.core.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 checksums in hexadecimal. */
public final class Sha256 {

  private Sha256() {}

  /**
   * {@return the checksum of {@code bytes}: 64 lower-case hexadecimal digits}
   *
   * @param bytes the data
   */
  public static String of(byte[] bytes) {
    return HexFormat.of().formatHex(digest().digest(bytes));
  }

  /**
   * {@return the checksum of a text's UTF-8 bytes: 64 lower-case hexadecimal digits}
   *
   * @param text the text
   */
  public static String of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * {@return the checksum of a file: 64 lower-case hexadecimal digits} The file is read piece by
   * piece.
   *
   * @param file the file
   * @throws IOException if the file cannot be read
   */
  public static String of(Path file) throws IOException {
    return ofCopy(file, OutputStream.nullOutputStream());
  }

  /**
   * Copies a file piece by piece.
   *
   * @param file the file to copy
   * @param out the stream to write to; the caller closes it
   * @return the checksum of the copied bytes: 64 lower-case hexadecimal digits
   * @throws IOException if the file cannot be read or the stream cannot be written
   */
  public static String ofCopy(Path file, OutputStream out) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** {@return an empty digest, for data that arrives in pieces} */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform supports SHA-256", e);
    }
  }
}
