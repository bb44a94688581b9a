package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.testing.SharedData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sends 1,000 real images through Kafka, and compares each prediction with the prediction of
 * PyTorch.
 */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class CifarTest {

  private static final float TIE = 1e-3f;
  private static final int TIES_ALLOWED = 3;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void images_getThePredictionsOfPyTorch(String guarantee, EmbeddedBroker broker) throws Exception {
    ModelVersion model =
        Models.publish(
            folder.resolve("models"),
            "resnet20",
            SharedData.file("models/cifar10_resnet20.onnx"),
            SharedData.file("classes/cifar10.txt"),
            32,
            32);
    Map<String, byte[]> images =
        SharedData.untar(
            "cifar10/cifar10-test-1000-png.tar", Files.createDirectory(folder.resolve("png")));
    try (Pipeline pipeline =
        Pipeline.start(broker, model, 4, Map.of("processing.guarantee", guarantee))) {
      List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
      images.forEach(
          (key, image) -> {
            ProducerRecord<String, byte[]> record = pipeline.image(key, image);
            record.headers().add("traceparent", key.getBytes(StandardCharsets.UTF_8));
            records.add(record);
          });
      List<RecordMetadata> places = pipeline.send(records);

      List<ConsumerRecord<String, Prediction>> predictions = pipeline.predictions(images.size());
      assertThat(predictions).hasSameSizeAs(images.keySet());
      requireEnvelopes(records, places, predictions, pipeline.topics.input());
      requireContent(predictions, model);
      requireExpectedClasses(predictions);
    }
  }

  private static void requireEnvelopes(
      List<ProducerRecord<String, byte[]>> records,
      List<RecordMetadata> places,
      List<ConsumerRecord<String, Prediction>> predictions,
      String input) {
    Map<String, RecordMetadata> placeOf = new HashMap<>();
    for (int i = 0; i < records.size(); i++) {
      placeOf.put(records.get(i).key(), places.get(i));
    }
    Set<String> seen = new HashSet<>();
    Map<Integer, Long> last = new HashMap<>();
    for (ConsumerRecord<String, Prediction> record : predictions) {
      RecordMetadata place = placeOf.get(record.key());
      assertThat(seen.add(record.key())).as("first answer to %s", record.key()).isTrue();
      assertThat(record.value().id()).isEqualTo(record.key());
      assertThat(record.timestamp()).isEqualTo(Pipeline.TIME);
      assertThat(record.headers().toArray())
          .extracting(Header::key)
          .containsExactlyInAnyOrder(
              "traceparent",
              "content-type",
              "ce_specversion",
              "ce_id",
              "ce_source",
              "ce_type",
              "ce_time",
              "ce_subject");
      assertThat(record.headers().lastHeader("traceparent").value())
          .isEqualTo(record.key().getBytes(StandardCharsets.UTF_8));
      assertThat(record.headers().lastHeader("ce_id").value())
          .asString()
          .isEqualTo(input + "-" + place.partition() + "-" + place.offset());
      assertThat(record.value().source())
          .isEqualTo(new Prediction.Source(input, place.partition(), place.offset()));
      assertThat(record.partition()).isEqualTo(place.partition());
      Long before = last.put(record.partition(), place.offset());
      assertThat(before == null || before < place.offset()).as("order of %s", record).isTrue();
    }
  }

  private static void requireContent(
      List<ConsumerRecord<String, Prediction>> predictions, ModelVersion model) {
    for (ConsumerRecord<String, Prediction> record : predictions) {
      Prediction prediction = record.value();
      Probabilities probabilities = prediction.probabilities();
      assertThat(prediction.model()).isEqualTo(new Prediction.Model("resnet20", 1, model.sha256()));
      assertThat(probabilities.size()).isEqualTo(10);
      double sum = 0;
      for (int i = 0; i < probabilities.size(); i++) {
        sum += probabilities.get(i);
      }
      assertThat(sum).isCloseTo(1, within(1e-4));
      int best = probabilities.top(1)[0];
      assertThat(prediction.label()).isEqualTo(model.labels().get(best));
      assertThat(prediction.probability()).isEqualTo(probabilities.get(best));
      assertThat(prediction.top()).hasSize(5);
      assertThat(prediction.top().get(0).index()).isEqualTo(best);
    }
  }

  private static void requireExpectedClasses(List<ConsumerRecord<String, Prediction>> predictions)
      throws Exception {
    Map<String, String[]> expected = new HashMap<>();
    SharedData.rows("expected/cifar10-test-1000.csv", ",")
        .forEach(row -> expected.put(row[0], row));
    int right = 0;
    List<String> differing = new ArrayList<>();
    for (ConsumerRecord<String, Prediction> record : predictions) {
      String[] row = expected.get(record.key().replaceAll(".*/|\\.png$", ""));
      Probabilities probabilities = record.value().probabilities();
      int[] top = probabilities.top(2);
      if (top[0] != Integer.parseInt(row[2])) {
        assertThat(probabilities.get(top[0]) - probabilities.get(Integer.parseInt(row[2])))
            .as("margin by which %s differs", record.key())
            .isLessThan(TIE);
        differing.add(record.key());
      }
      right += top[0] == Integer.parseInt(row[1]) ? 1 : 0;
    }
    assertThat(differing).hasSizeLessThanOrEqualTo(TIES_ALLOWED);
    assertThat(100.0 * right / predictions.size()).isCloseTo(91.5, within(0.3));
  }
}
