package dev.millrace.benchmarks.lab;

import java.nio.charset.StandardCharsets;

/** Converts image numbers to record keys and back. A key is the number as text. */
final class Numbers {

  private Numbers() {}

  static byte[] key(int number) {
    return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
  }

  static int number(byte[] key) {
    int number = 0;
    for (byte digit : key) {
      number = 10 * number + digit - '0';
    }
    return number;
  }
}
