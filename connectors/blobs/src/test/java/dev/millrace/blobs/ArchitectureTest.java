package dev.millrace.blobs;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.blobs");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    MODULE.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    MODULE
        .knowsOnly("dev.millrace.blobs", "dev.millrace.core")
        .knowsNothingBelow("org.apache.kafka", "ai.onnxruntime", "org.bytedeco");
  }
}
