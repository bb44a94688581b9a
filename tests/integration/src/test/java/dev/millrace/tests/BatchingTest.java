package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import io.micrometer.core.instrument.DistributionSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class BatchingTest {

  private static final int PARTITIONS = 16;
  private static final int ROUNDS = 20;

  @TempDir Path folder;

  /**
   * Each partition has at most one image in flight, so a batch with several images contains images
   * of several partitions.
   */
  @Test
  void batches_formAcrossPartitionsAndThreads(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    byte[] image = Images.noise("png", 32, 32, 1);
    try (Pipeline pipeline =
        Pipeline.start(
            broker,
            // By default, the batch size depends on how long a run of the model takes, and
            // therefore on the load of the machine.
            Pipeline.inference(model).maxBatchSize(8).build(),
            PARTITIONS,
            Map.of("num.stream.threads", "2"))) {
      for (int round = 1; round <= ROUNDS; round++) {
        List<ProducerRecord<String, byte[]>> oneEach = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
          oneEach.add(
              new ProducerRecord<>(pipeline.topics.input(), partition, Pipeline.TIME, "k", image));
        }
        pipeline.send(oneEach);
        int answered = round * PARTITIONS;
        await()
            .dontCatchUncaughtExceptions()
            .until(
                () ->
                    pipeline.registry.get("millrace.inference.request.success").counter().count()
                        == answered);
      }
      DistributionSummary sizes = pipeline.registry.get("millrace.inference.batch.size").summary();
      assertThat(sizes.totalAmount()).isEqualTo(ROUNDS * PARTITIONS);
      assertThat(sizes.mean()).as("mean batch size").isGreaterThan(1.5);
      assertThat(pipeline.registry.get("millrace.inference.pending.request.count").gauge().value())
          .isZero();
      assertThat(pipeline.predictions(ROUNDS * PARTITIONS)).hasSize(ROUNDS * PARTITIONS);
    }
  }
}
