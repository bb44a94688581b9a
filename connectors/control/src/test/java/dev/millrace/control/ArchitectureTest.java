package dev.millrace.control;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.control");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    MODULE.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    MODULE
        .knowsOnly("dev.millrace.control", "dev.millrace.events", "dev.millrace.core")
        .knowsNothingBelow("org.apache.kafka.streams", "ai.onnxruntime", "org.bytedeco");
  }
}
