package dev.millrace.onnx;

import java.util.HashSet;
import java.util.Set;

/** Hands out names that nothing in a model bears. */
final class FreshNames {

  private static final String PREFIX = "millrace_";

  private final Set<String> taken;

  FreshNames(Set<String> taken) {
    this.taken = new HashSet<>(taken);
  }

  /** The name that is wanted, or one that ends in it. */
  String take(String wanted) {
    String name = wanted;
    while (!taken.add(name)) {
      name = PREFIX + name;
    }
    return name;
  }
}
