package dev.millrace.streams;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final Architecture module = Architecture.of("dev.millrace.streams");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    module.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    module
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
    module.hasShortFiles(200, 70);
  }

  @Test
  void kafkaStreamsInternals_haveOneAddress() {
    module.keepsKafkaStreamsInternalsIn("dev.millrace.streams.internals");
  }
}
