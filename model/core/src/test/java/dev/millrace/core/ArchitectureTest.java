package dev.millrace.core;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final Architecture module = Architecture.of("dev.millrace.core");

  @Test
  void texts_nameNoOptionOfTheCommandLine() {
    module.namesNoOption();
  }

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    module.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    module
        .knowsOnly("dev.millrace.core")
        .knowsNothingBelow("org.apache.kafka", "ai.onnxruntime", "org.bytedeco");
  }
}
