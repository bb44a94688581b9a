package dev.millrace.events;

import java.util.Arrays;

/**
 * A probability distribution over classes, in the order of the model's outputs. Immutable. Stores
 * the values as primitive floats, not as objects.
 */
public final class Probabilities {

  private final float[] values;

  private Probabilities(float[] values) {
    this.values = values;
  }

  /**
   * Wraps an array.
   *
   * @param values one probability per class; not copied, so the caller must not change the array
   * @return the distribution
   */
  public static Probabilities of(float... values) {
    return new Probabilities(values);
  }

  /** {@return the number of classes} */
  public int size() {
    return values.length;
  }

  /**
   * {@return the probability of a class}
   *
   * @param index the class's index, from 0
   * @throws ArrayIndexOutOfBoundsException if no class has this index
   */
  public float get(int index) {
    return values[index];
  }

  /**
   * {@return the indices of the {@code k} largest probabilities, largest first} Among equal
   * probabilities, the lower index comes first.
   *
   * @param k the number of indices, at least 0. If there are fewer than {@code k} classes, the
   *     indices of all classes are returned
   * @throws IllegalArgumentException if {@code k} is below 0
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
