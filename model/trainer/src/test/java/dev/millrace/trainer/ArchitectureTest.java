package dev.millrace.trainer;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.trainer");

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
        .knowsOnly(
            "dev.millrace.trainer",
            "dev.millrace.core",
            "dev.millrace.onnx",
            "dev.millrace.decode",
            "dev.millrace.triton",
            "dev.millrace.events",
            "dev.millrace.registry",
            "dev.millrace.control",
            "dev.millrace.blobs")
        .knowsNothingBelow("org.apache.kafka.streams");
  }
}
