package dev.millrace.trainer;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final Architecture module = Architecture.of("dev.millrace.trainer");

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
