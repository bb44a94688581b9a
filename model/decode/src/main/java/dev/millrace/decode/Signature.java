package dev.millrace.decode;

import java.util.HexFormat;

/**
 * The bytes that a kind of file begins with.
 *
 * @param digits the bytes in hexadecimal; {@code ..} stands for any byte
 */
record Signature(String digits) {

  private static final String ANY = "..";

  /** {@return the signature of these bytes} */
  static Signature of(String digits) {
    return new Signature(digits);
  }

  /** {@return the number of bytes} */
  int length() {
    return digits.length() / 2;
  }

  /** {@return whether the file begins with these bytes} */
  boolean begins(byte[] file) {
    if (file.length < length()) {
      return false;
    }
    for (int i = 0; i < length(); i++) {
      String expected = digits.substring(2 * i, 2 * i + 2);
      if (!expected.equals(ANY) && HexFormat.fromHexDigits(expected) != (file[i] & 0xFF)) {
        return false;
      }
    }
    return true;
  }
}
