package dev.millrace.decode;

import java.util.HexFormat;

/**
 * The bytes that a kind of file begins with.
 *
 * <p>Immutable and thread-safe.
 */
final class Signature {

  private static final String ANY = "..";
  private static final int ANY_BYTE = -1;

  private final int[] bytes;

  private Signature(int[] bytes) {
    this.bytes = bytes;
  }

  /**
   * {@return the signature with these bytes}
   *
   * @param digits the bytes in hexadecimal; {@code ..} stands for any byte
   */
  static Signature of(String digits) {
    int[] bytes = new int[digits.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      String expected = digits.substring(2 * i, 2 * i + 2);
      bytes[i] = expected.equals(ANY) ? ANY_BYTE : HexFormat.fromHexDigits(expected);
    }
    return new Signature(bytes);
  }

  /** {@return whether a file begins with this signature} */
  boolean isAtStartOf(byte[] file) {
    if (file.length < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != ANY_BYTE && bytes[i] != (file[i] & 0xFF)) {
        return false;
      }
    }
    return true;
  }

  /** {@return the number of bytes} */
  int length() {
    return bytes.length;
  }
}
