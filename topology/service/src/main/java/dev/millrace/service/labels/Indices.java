package dev.millrace.service.labels;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Puts names that come with indices in order. */
final class Indices {

  private Indices() {}

  /** {@return whether the numbers are 0, 1, 2, … in this order} */
  static boolean areInOrder(List<Integer> numbers) {
    for (int i = 0; i < numbers.size(); i++) {
      if (numbers.get(i) != i) {
        return false;
      }
    }
    return true;
  }

  /** {@return whether the numbers are, in any order, those from 0 or from 1, each once} */
  static boolean areComplete(List<Integer> numbers) {
    if (numbers.isEmpty()) {
      return false;
    }
    int first = Collections.min(numbers);
    return (first == 0 || first == 1)
        && Collections.max(numbers) == first + numbers.size() - 1
        && numbers.stream().distinct().count() == numbers.size();
  }

  /**
   * {@return the names in the order of their numbers}
   *
   * @throws IllegalArgumentException if the numbers are not those from 0, each once
   */
  static List<String> sorted(List<Integer> numbers, List<String> names) {
    if (!areComplete(numbers) || Collections.min(numbers) != 0) {
      throw new IllegalArgumentException(
          "the indices of its "
              + names.size()
              + " names are not those from 0 to "
              + (names.size() - 1)
              + ", each once; number all classes");
    }
    String[] sorted = new String[names.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[numbers.get(i)] = names.get(i);
    }
    return Arrays.asList(sorted);
  }
}
