package dev.millrace.events;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.events");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    MODULE.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    MODULE
        .knowsOnly("dev.millrace.events")
        .knowsNothingBelow("org.apache.kafka.clients", "ai.onnxruntime", "org.bytedeco");
  }
}
