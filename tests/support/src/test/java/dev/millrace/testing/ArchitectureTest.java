package dev.millrace.testing;

import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.testing");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    MODULE.hasNoPackageCycles();
  }

  @Test
  void module_knowsNothingElseOfMillrace() {
    MODULE.knowsOnly("dev.millrace.testing");
  }
}
