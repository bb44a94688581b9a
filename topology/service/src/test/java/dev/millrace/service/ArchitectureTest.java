package dev.millrace.service;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final Architecture module = Architecture.of("dev.millrace.service");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    module.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    module
        .knowsOnly(
            "dev.millrace.service",
            "dev.millrace.streams",
            "dev.millrace.core",
            "dev.millrace.onnx",
            "dev.millrace.decode",
            "dev.millrace.triton",
            "dev.millrace.events",
            "dev.millrace.registry",
            "dev.millrace.control",
            "dev.millrace.blobs")
        .knowsNothingBelow("org.bytedeco.pytorch");
  }

  @Test
  void kafkaStreamsInternals_haveOneAddress() {
    module.keepsKafkaStreamsInternalsIn("dev.millrace.streams.internals");
  }
}
