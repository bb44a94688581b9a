package dev.millrace.onnx;

import java.util.HashSet;
import java.util.Set;

/** Generates names that no value or node of a model uses. */
public final class FreshNames {

  private static final String PREFIX = "millrace_";

  private final Set<String> taken;

  /**
   * Creates a generator.
   *
   * @param taken the names that the model uses
   */
  public FreshNames(Set<String> taken) {
    this.taken = new HashSet<>(taken);
  }

  /**
   * {@return the wanted name if it is free, otherwise the wanted name with a prefix that makes it
   * unique}
   *
   * @param wanted the wanted name
   */
  public String take(String wanted) {
    String name = wanted;
    while (!taken.add(name)) {
      name = PREFIX + name;
    }
    return name;
  }
}
