package dev.millrace.decode;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final Architecture module = Architecture.of("dev.millrace.decode");

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
        .knowsOnly("dev.millrace.decode", "dev.millrace.core")
        .knowsNothingBelow("org.apache.kafka", "ai.onnxruntime");
  }
}
