package dev.millrace.testcontainers;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.testcontainers");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    MODULE.hasNoPackageCycles();
  }

  @Test
  void module_knowsNothingElseOfMillrace() {
    MODULE.knowsOnly("dev.millrace.testcontainers");
  }
}
