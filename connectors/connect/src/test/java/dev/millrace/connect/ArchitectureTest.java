package dev.millrace.connect;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final Architecture module = Architecture.of("dev.millrace.connect");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    module.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    module
        .knowsOnly("dev.millrace.connect", "dev.millrace.events", "dev.millrace.registry")
        .knowsNothingBelow(
            "org.apache.kafka.clients.admin",
            "org.apache.kafka.clients.consumer",
            "org.apache.kafka.connect.runtime",
            "ai.onnxruntime",
            "org.bytedeco");
  }
}
