package dev.millrace.distribution;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.distribution");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    MODULE.hasNoPackageCycles();
  }

  @Test
  void module_knowsNothingElseOfMillrace() {
    MODULE.knowsOnly("dev.millrace.distribution");
  }
}
