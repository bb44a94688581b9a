package dev.millrace.connect;

import dev.millrace.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final Architecture MODULE = Architecture.of("dev.millrace.connect");

  @Test
  void packages_dependOnOneAnotherInOneDirection() {
    MODULE.hasNoPackageCycles();
  }

  @Test
  void module_knowsOnlyWhatLiesBelowIt() {
    MODULE
        .knowsOnly("dev.millrace.connect", "dev.millrace.events", "dev.millrace.registry")
        .knowsNothingBelow(
            "org.apache.kafka.clients.admin",
            "org.apache.kafka.clients.consumer",
            "org.apache.kafka.connect.runtime",
            "ai.onnxruntime",
            "org.bytedeco");
  }
}
