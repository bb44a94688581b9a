package dev.millrace.benchmarks;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.benchmarks");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    MODULE.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    MODULE
        .knowsOnly(
            "dev.millrace.benchmarks",
            "dev.millrace.service",
            "dev.millrace.streams",
            "dev.millrace.core",
            "dev.millrace.onnx",
            "dev.millrace.decode",
            "dev.millrace.triton",
            "dev.millrace.events",
            "dev.millrace.control",
            "dev.millrace.blobs")
        .knowsNothingBelow("org.bytedeco.pytorch");
  }

  @Test
  void kafkaStreamsInternals_haveOneAddress() {
    MODULE.keepsKafkaStreamsInternalsIn("dev.millrace.streams.internals");
  }
}
