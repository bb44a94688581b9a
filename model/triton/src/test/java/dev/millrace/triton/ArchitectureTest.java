package dev.millrace.triton;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final Architecture module = Architecture.of("dev.millrace.triton");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    module.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    module
        .knowsOnly("dev.millrace.triton", "dev.millrace.core")
        .knowsNothingBelow("org.apache.kafka", "ai.onnxruntime", "org.bytedeco");
  }
}
