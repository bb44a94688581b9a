package dev.millrace.events;

import java.util.Arrays;

/**
 * A distribution over classes, in the order of the model's outputs. Immutable; nothing is boxed.
 */
public final class Probabilities {

  private final float[] values;

  private Probabilities(float[] values) {
    this.values = values;
  }

  /**
   * Takes over an array.
   *
   * @param values one probability a class; not copied, so the caller leaves it alone from now on
   */
  public static Probabilities of(float... values) {
    return new Probabilities(values);
  }

  /** Number of classes. */
  public int size() {
    return values.length;
  }

  public float get(int index) {
    return values[index];
  }

  /**
   * The indices of the {@code k} largest probabilities, largest first; of equal ones the lower
   * index comes first.
   *
   * @param k how many, 0 or more; no more than there are classes are returned
   */
  public int[] top(int k) {
    if (k < 0) {
      throw new IllegalArgumentException("k: " + k + " is below 0");
    }
    int[] best = new int[Math.min(k, values.length)];
    int found = 0;
    for (int index = 0; index < values.length; index++) {
      int place = found;
      while (place > 0 && values[index] > values[best[place - 1]]) {
        place--;
      }
      if (place < best.length) {
        found = Math.min(found + 1, best.length);
        System.arraycopy(best, place, best, place + 1, found - 1 - place);
        best[place] = index;
      }
    }
    return best;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Probabilities that && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
