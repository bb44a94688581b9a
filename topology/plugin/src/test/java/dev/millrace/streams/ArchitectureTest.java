package dev.millrace.streams;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.streams");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    MODULE.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    MODULE
        .knowsOnly(
            "dev.millrace.streams",
            "dev.millrace.core",
            "dev.millrace.onnx",
            "dev.millrace.decode",
            "dev.millrace.triton",
            "dev.millrace.events",
            "dev.millrace.control",
            "dev.millrace.blobs")
        .knowsNothingBelow("picocli", "kafka");
  }

  @Test
  void files_areShort() {
    MODULE.hasShortFiles(200, 70);
  }

  @Test
  void kafkaStreamsInternals_haveOneAddress() {
    MODULE.keepsKafkaStreamsInternalsIn("dev.millrace.streams.internals");
  }
}
