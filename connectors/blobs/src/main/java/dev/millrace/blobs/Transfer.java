package dev.millrace.blobs;

import dev.millrace.core.files.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/** Copies opened data up to a size limit, and computes the checksum of the data. */
final class Transfer {

  private static final Pattern SHA_256 = Pattern.compile("[0-9a-fA-F]{64}");
  private static final int BUFFER = 64 * 1024;

  private final long maxBytes;

  Transfer(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  static boolean isChecksum(String sha256) {
    return SHA_256.matcher(sha256).matches();
  }

  static void requireChecksum(String sha256) throws RefusedException {
    if (sha256 != null && !isChecksum(sha256)) {
      throw new RefusedException(Refused.Reason.INVALID, "its sha256 is not 64 hexadecimal digits");
    }
  }

  /**
   * Copies the data.
   *
   * @param sha256 the checksum that the data must have, or null
   * @param received runs whenever data has arrived
   * @throws RefusedException if the data is too large or has another checksum; a part of the data
   *     may have been written
   * @throws IOException if reading fails
   * @throws UncheckedIOException if writing fails
   */
  Fetched copy(Body body, String sha256, OutputStream out, Runnable received)
      throws RefusedException, IOException {
    if (body.length() > maxBytes) {
      throw tooLarge();
    }
    if (out instanceof HeapBuffer memory) {
      memory.expect(body.length());
    }
    MessageDigest digest = Sha256.digest();
    long length = 0;
    byte[] buffer = new byte[BUFFER];
    InputStream in = body.in();
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      received.run();
      length += read;
      if (length > maxBytes) {
        throw tooLarge();
      }
      digest.update(buffer, 0, read);
      write(out, buffer, read);
    }
    String actual = HexFormat.of().formatHex(digest.digest());
    if (sha256 != null && !actual.equals(sha256.toLowerCase(Locale.ROOT))) {
      throw new RefusedException(
          Refused.Reason.WRONG_CHECKSUM, "the data has another sha256 than given");
    }
    return new Fetched(length, actual, body.tag());
  }

  private static void write(OutputStream out, byte[] buffer, int length) {
    try {
      out.write(buffer, 0, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RefusedException tooLarge() {
    return new RefusedException(
        Refused.Reason.TOO_LARGE, "the data has more than " + maxBytes + " bytes");
  }
}
