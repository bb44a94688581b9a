package dev.millrace.streams;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A task of Kafka Streams gives up its work while its partitions are revoked. */
class RevokedTaskTest extends GivenUpTasks {

  private final StuckTask.Progress progress = new StuckTask.Progress();

  @AfterEach
  void release() {
    progress.away = false;
  }

  /** A revocation commits, and the commit waits for the records in flight. */
  @ParameterizedTest
  @CsvSource({
    "at_least_once, classic",
    "exactly_once_v2, classic",
    "at_least_once, streams",
    "exactly_once_v2, streams"
  })
  void taskThatGivesUpInARevocation_failsNoThread(String guarantee, String protocol) {
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, protocol);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1_000);
    input().processValues(new LateTask.Supplier(progress));
    try (KafkaStreams first = start(guarantee, "one")) {
      progress.awaitGivenUp();
      try (KafkaStreams second = start(guarantee, "two")) {
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    second.metadataForLocalThreads().stream()
                        .anyMatch(thread -> !thread.activeTasks().isEmpty()));
        progress.awaitProcessed(Duration.ZERO);
        leave(second);
      }
    }
  }
}
