package dev.millrace.testing;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class KafkaVersionsTest {

  @Test
  void versions_areComparedAsNumbers() {
    assertTrue(KafkaVersions.isOlder("4.9.3", "4.10"));
    assertTrue(KafkaVersions.isOlder("3.10.0", "4.0"));
    assertFalse(KafkaVersions.isOlder("4.2.0", "4.2"));
    assertFalse(KafkaVersions.isOlder("4.10.0", "4.2"));
  }
}
