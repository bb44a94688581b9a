package dev.millrace.onnx;

import java.util.HashSet;
import java.util.Set;

/** Generates names that no value or node of a model has. */
final class FreshNames {

  private static final String PREFIX = "millrace_";

  private final Set<String> taken;

  FreshNames(Set<String> taken) {
    this.taken = new HashSet<>(taken);
  }

  /**
   * {@return the wanted name if it is free, otherwise the wanted name with a prefix that makes it
   * unique}
   */
  String take(String wanted) {
    String name = wanted;
    while (!taken.add(name)) {
      name = PREFIX + name;
    }
    return name;
  }
}
