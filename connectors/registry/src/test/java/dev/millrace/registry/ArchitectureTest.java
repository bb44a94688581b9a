package dev.millrace.registry;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.registry");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    MODULE.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    MODULE
        .knowsOnly("dev.millrace.registry", "dev.millrace.events")
        .knowsNothingBelow("org.apache.kafka.clients", "ai.onnxruntime", "org.bytedeco");
  }
}
