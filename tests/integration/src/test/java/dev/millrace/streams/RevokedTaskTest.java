package dev.millrace.streams;

import static org.awaitility.Awaitility.await;

import dev.millrace.streams.internals.CommitBarrier;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A task of Kafka Streams gives up its work while its partitions are revoked. */
class RevokedTaskTest extends GivenUpTasks {

  private static final String BARRIER = "barrier";

  private final StuckTask.Progress progress = new StuckTask.Progress();

  @AfterEach
  void release() {
    progress.away = false;
  }

  /** Keeps records in flight, and gives up its work only when a commit waits for them. */
  private final class Late extends StuckTask implements CommitBarrier.InFlight {

    private final TaskFailure failure = new TaskFailure();
    private final Set<String> inFlight = new HashSet<>();

    private Late() {
      super(progress);
    }

    @Override
    public void init(FixedKeyProcessorContext<byte[], byte[]> context) {
      context(context);
      failure.forget();
      context.<CommitBarrier>getStateStore(BARRIER).attach(this);
    }

    @Override
    void giveUp(int partition, long offset) {
      inFlight.add(partition + "-" + offset);
    }

    @Override
    public void drain() {
      failure.throwIfFailed();
      if (progress.away && size() > 0) {
        throw failure.remember(away());
      }
      progress.processed.addAll(inFlight);
      inFlight.clear();
    }

    @Override
    public int size() {
      return inFlight.size();
    }

    @Override
    public void close() {
      inFlight.clear();
      super.close();
    }
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
    input()
        .processValues(
            new FixedKeyProcessorSupplier<byte[], byte[], byte[]>() {
              @Override
              public FixedKeyProcessor<byte[], byte[], byte[]> get() {
                return new Late();
              }

              @Override
              public Set<StoreBuilder<?>> stores() {
                return Set.of(CommitBarrier.builder(BARRIER));
              }
            });
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
