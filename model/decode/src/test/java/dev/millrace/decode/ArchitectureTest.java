package dev.millrace.decode;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.decode");

  @Test
  void texts_nameNoOptionOfTheCommandLine() {
    MODULE.namesNoOption();
  }

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    MODULE.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    MODULE
        .knowsOnly("dev.millrace.decode", "dev.millrace.core")
        .knowsNothingBelow("org.apache.kafka", "ai.onnxruntime");
  }
}
