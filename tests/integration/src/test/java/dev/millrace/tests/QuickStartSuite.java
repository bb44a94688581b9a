package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Prediction;
import dev.millrace.service.command.inference.CpuModel;
import dev.millrace.service.command.inference.ImageClassifier;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.Sample;
import dev.millrace.testing.KafkaVersions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests the code of the plugin's quick start with each supported version of Kafka Streams. Runs
 * only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=kafka -Dquick verify
 * </pre>
 */
@Tag("nightly")
@Tag("kafka")
@Timeout(300)
class QuickStartSuite {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String REFUSAL =
      "Exception in thread \"main\" java.lang.UnsupportedOperationException: Kafka Streams "
          + KafkaVersions.TOO_OLD
          + " is too old: Millrace works with 3.9 to 4.4; use one of these";

  private static final int IMAGES = 40;

  @TempDir Path folder;

  static List<String> versions() {
    return KafkaVersions.all();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void quickStart_predicts(String version) throws Exception {
    List<DemoImage> images = Sample.images().subList(0, IMAGES);
    Map<String, String> expected = probableLabels(QuickStart.publishModel(folder), images);
    assertThat(expected).hasSizeBetween(IMAGES / 2, IMAGES - 1);
    try (PhotoBroker broker = PhotoBroker.start(folder);
        MillraceProcess app = QuickStart.of(broker.bootstrapServers()).start(version, folder)) {
      broker.send(
          images.stream()
              .map(image -> new ProducerRecord<>(QuickStart.INPUT, image.key(), image.encoded()))
              .toList());
      broker.awaitRecords(app, QuickStart.OUTPUT, expected.size());
      app.terminate();
      assertThat(app.await(PATIENCE)).as("%s", app.errors()).isEqualTo(143);

      Map<String, String> labels = new LinkedHashMap<>();
      for (ConsumerRecord<byte[], byte[]> record : broker.committed(QuickStart.OUTPUT)) {
        Prediction prediction =
            Prediction.serde().deserializer().deserialize(QuickStart.OUTPUT, record.value());
        String key = new String(record.key(), StandardCharsets.UTF_8);
        assertThat(prediction.id()).isEqualTo(key);
        assertThat(labels.put(key, prediction.label())).isNull();
      }
      assertThat(labels).containsExactlyEntriesOf(expected);
      assertThat(broker.committed(QuickStart.DEAD_LETTERS)).isEmpty();
      assertThat(app.output() + app.errors()).isEmpty();
    }
  }

  /**
   * The session timeout is longer than the test, so the broker does not remove the failed member.
   * The client itself must leave the group.
   */
  @ParameterizedTest
  @MethodSource("versions")
  void clientThatFails_leavesItsGroup(String version) throws Exception {
    QuickStart.publishModel(folder);
    try (PhotoBroker broker = PhotoBroker.start(folder)) {
      QuickStart code =
          QuickStart.of(broker.bootstrapServers())
              .replace("prediction.probability() >= 0.5f", "Integer.parseInt(key) > 0")
              .replace("Blame.of(failure) == Blame.DEVICE", "failure != null")
              .with("session.timeout.ms", Duration.ofMinutes(30).toMillis());
      try (MillraceProcess app = code.start(version, folder)) {
        broker.awaitMembers(2);
        DemoImage image = Sample.images().get(0);
        broker.send(List.of(new ProducerRecord<>(QuickStart.INPUT, "no number", image.encoded())));

        broker.awaitMembers(0);
        assertThat(app.errors()).contains("NumberFormatException");
      }
    }
  }

  @Test
  void tooOldVersion_isRefusedInOneLine() throws Exception {
    QuickStart.publishModel(folder);
    try (MillraceProcess app =
        QuickStart.of("nowhere.invalid:9092")
            .start(KafkaVersions.ofTheBuild(), KafkaVersions.TOO_OLD, folder)) {
      assertThat(app.await(PATIENCE)).isEqualTo(1);

      assertThat(app.errors().lines().filter(line -> !line.startsWith("\tat ")))
          .containsExactly(REFUSAL);
    }
  }

  /**
   * Returns the predictions that the quick start forwards: the labels of those images whose
   * probability is at least 0.5.
   */
  private Map<String, String> probableLabels(ModelVersion version, List<DemoImage> images) {
    Path files = folder.resolve("sample/images");
    Map<String, String> labels = new LinkedHashMap<>();
    try (CpuModel model = CpuModel.of(version);
        ImageClassifier classifier = new ImageClassifier(model)) {
      classifier.classify(
          images.stream().map(image -> files.resolve(image.key())).toList(),
          answer -> {
            int best = answer.probabilities().top(1)[0];
            if (answer.probabilities().get(best) >= 0.5f) {
              labels.put(files.relativize(answer.file()).toString(), version.labels().get(best));
            }
          });
    }
    return labels;
  }
}
