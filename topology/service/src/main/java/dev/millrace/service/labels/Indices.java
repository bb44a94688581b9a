package dev.millrace.service.labels;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks the indices of classes, and sorts the class names by them. */
final class Indices {

  private Indices() {}

  /**
   * {@return whether the numbers, in any order, count from 0 or from 1 without a gap or a
   * repetition}
   */
  static boolean areComplete(List<Integer> numbers) {
    return !numbers.isEmpty() && problem(numbers).isEmpty();
  }

  /** {@return whether complete numbers begin with 1} */
  static boolean areFromOne(List<Integer> numbers) {
    return !numbers.contains(0);
  }

  /**
   * {@return the names in the order of their numbers}
   *
   * @throws IllegalArgumentException if the numbers have a gap or a repetition, or do not begin
   *     with 0 or 1
   */
  static List<String> sorted(List<Integer> numbers, List<String> names) {
    String problem = problem(numbers);
    int count = names.size();
    if (!problem.isEmpty()) {
      throw new IllegalArgumentException(
          "the indices of its "
              + count
              + " names are not those from 0 to "
              + (count - 1)
              + " or from 1 to "
              + count
              + ", each once ("
              + problem
              + "); number all classes");
    }
    int first = areFromOne(numbers) ? 1 : 0;
    String[] sorted = new String[count];
    for (int i = 0; i < count; i++) {
      sorted[numbers.get(i) - first] = names.get(i);
    }
    return Arrays.asList(sorted);
  }

  /** {@return why the numbers are not complete, or an empty text if they are} */
  private static String problem(List<Integer> numbers) {
    Set<Integer> seen = new HashSet<>();
    for (int number : numbers) {
      if (number < 0) {
        return number + " is negative";
      }
      if (!seen.add(number)) {
        return number + " appears twice";
      }
    }
    int first = seen.contains(0) ? 0 : 1;
    for (int number = first; number < first + numbers.size(); number++) {
      if (!seen.contains(number)) {
        return (first == 1 && number == 1 ? "0 and 1 are" : number + " is") + " missing";
      }
    }
    return "";
  }
}
