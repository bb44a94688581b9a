package dev.millrace.testcontainers;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final Architecture module = Architecture.of("dev.millrace.testcontainers");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    module.hasNoPackageCycles();
  }

  @Test
  void module_knowsNothingElseOfMillrace() {
    module.knowsOnly("dev.millrace.testcontainers");
  }
}
