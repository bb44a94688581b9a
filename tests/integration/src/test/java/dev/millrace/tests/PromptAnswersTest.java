package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.streams.InferenceConfig;
import io.micrometer.core.instrument.FunctionCounter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that an answer is sent as soon as it is ready, even while the stream thread waits in a poll
 * for the next record. Also tests that one request to the broker contains many answers if the
 * service has a backlog.
 */
@Tag("broker")
@Timeout(180)
@Isolated("it counts requests, and their number depends on how soon answers come")
@ExtendWith(SharedBroker.class)
class PromptAnswersTest {

  private static final int IMAGES = 3;

  /**
   * Time for which a stream thread waits in its poll if there are no records. The tests fail if an
   * answer is sent only at the end of the poll.
   */
  private static final Duration POLL = Duration.ofSeconds(10);

  private static final int BACKLOG = 3_000;

  @TempDir Path folder;

  /**
   * If {@code maxInFlight} is 1, the stream thread waits for the answer in the processor's {@code
   * process} method. If it is 8, the stream thread waits for answers in its poll.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void answer_doesNotWaitForThePoll(int maxInFlight, EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "prompt");
    byte[] image = Images.noise("png", 32, 32, 1);
    String pollMillis = Long.toString(POLL.toMillis());
    InferenceConfig inference = Pipeline.inference(model).maxInFlight(maxInFlight).build();
    try (Pipeline pipeline = Pipeline.start(broker, inference, 1, Map.of("poll.ms", pollMillis));
        KafkaConsumer<byte[], byte[]> predictions =
            new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
      List<TopicPartition> output = List.of(new TopicPartition(pipeline.topics.output(), 0));
      predictions.assign(output);
      predictions.seekToBeginning(output);
      for (int i = 0; i < IMAGES; i++) {
        pipeline.send(List.of(pipeline.image("k", image)));
        assertThat(predictions.poll(POLL.dividedBy(2)).count()).as("image %d", i).isEqualTo(1);
      }
      stop(pipeline, image);
    }
  }

  /**
   * Stops the service. Sends records until the stream thread has stopped, because without records
   * the thread would wait in its poll for up to 10 s.
   */
  private static void stop(Pipeline pipeline, byte[] image) {
    CompletableFuture<Void> stopping = CompletableFuture.runAsync(pipeline::stop);
    await()
        .dontCatchUncaughtExceptions()
        .until(
            () -> {
              pipeline.send(List.of(pipeline.image("k", image)));
              return stopping.isDone();
            });
    stopping.join();
  }

  /**
   * With a small fetch size, a fetch contains few records, as it would if the images were large.
   * The stream thread may then have to wait a short time for the next fetch.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 1_000_000})
  void backlog_leavesInFewRequests(int fetched, EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "backlog");
    byte[] image = Images.noise("png", 32, 32, 1);
    Map<String, String> fetches = Map.of("max.partition.fetch.bytes", Integer.toString(fetched));
    try (Pipeline pipeline = Pipeline.start(broker, model, 1, fetches)) {
      pipeline.stop();
      pipeline.send(Collections.nCopies(BACKLOG, pipeline.image("k", image)));

      pipeline.start();
      assertThat(pipeline.predictions(BACKLOG)).hasSize(BACKLOG);

      double requests =
          pipeline.registry.get("kafka.producer.request.total").functionCounters().stream()
              .mapToDouble(FunctionCounter::count)
              .sum();
      // If answers were sent after each batch, a request would contain at most the 8 answers of a
      // batch. The mean number of answers per request depends on the machine: 13 to 28 answers were
      // measured.
      assertThat(BACKLOG / requests).as("answers per request").isGreaterThan(10);
    }
  }
}
