package dev.millrace.decode;

import java.util.HexFormat;

/** The bytes that a kind of file begins with. */
final class Signature {

  private static final String ANY = "..";

  private Signature() {}

  /**
   * {@return whether a file begins with these bytes}
   *
   * @param digits the bytes in hexadecimal; {@code ..} stands for any byte
   */
  static boolean begins(byte[] file, String digits) {
    int length = digits.length() / 2;
    if (file.length < length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      String expected = digits.substring(2 * i, 2 * i + 2);
      if (!expected.equals(ANY) && HexFormat.fromHexDigits(expected) != (file[i] & 0xFF)) {
        return false;
      }
    }
    return true;
  }
}
