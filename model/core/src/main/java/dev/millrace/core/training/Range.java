package dev.millrace.core.training;

/** Checks that the values of options are in their range. A message names the option. */
final class Range {

  static final int MOST = 1_000_000;

  private Range() {}

  static void requirePositive(String key, int value) {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException(key + ": " + value + " is not between 1 and " + MOST);
    }
  }

  static void requireAboveZero(String key, double value) {
    if (!(value > 0 && value <= MOST)) {
      throw new IllegalArgumentException(
          key + ": " + value + " must be above 0 and at most " + MOST);
    }
  }

  static void requireNotNegative(String key, double value) {
    if (!(value >= 0 && value <= MOST)) {
      throw new IllegalArgumentException(key + ": " + value + " is not between 0 and " + MOST);
    }
  }

  static void requireNotNegative(String key, int value) {
    if (value < 0 || value > MOST) {
      throw new IllegalArgumentException(key + ": " + value + " is not between 0 and " + MOST);
    }
  }

  /** Requires a value from 0 to below 1. */
  static void requireShare(String key, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(key + ": " + value + " must be at least 0 and below 1");
    }
  }

  /** Requires a value from 0 to 1. */
  static void requireProbability(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(key + ": " + value + " is not between 0 and 1");
    }
  }
}
