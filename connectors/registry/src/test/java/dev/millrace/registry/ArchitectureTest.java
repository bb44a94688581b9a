package dev.millrace.registry;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final Architecture module = Architecture.of("dev.millrace.registry");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    module.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    module
        .knowsOnly("dev.millrace.registry", "dev.millrace.events")
        .knowsNothingBelow("org.apache.kafka.clients", "ai.onnxruntime", "org.bytedeco");
  }
}
