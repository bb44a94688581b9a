package dev.millrace.service.labels;

import java.util.List;

/**
 * The names in a file before they are checked, in the order of the model's outputs.
 *
 * @param names one name per class
 * @param ids one further name per class, for example WordNet's number; empty if the file has none
 * @param form the form of the file, in words
 */
record Found(List<String> names, List<String> ids, String form) {

  Found(List<String> names, String form) {
    this(names, List.of(), form);
  }

  /**
   * {@return the same names in the order of their numbers}
   *
   * @throws IllegalArgumentException if the numbers are not complete
   */
  Found sorted(List<Integer> numbers) {
    return new Found(
        Indices.sorted(numbers, names), ids.isEmpty() ? ids : Indices.sorted(numbers, ids), form);
  }
}
