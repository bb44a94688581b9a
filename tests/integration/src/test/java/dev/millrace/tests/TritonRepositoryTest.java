package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.control.SwapReport.Outcome;
import dev.millrace.core.files.Sha256;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.testing.SharedData;
import dev.millrace.triton.TritonLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that a repository in Triton's layout can be served without changes. The predictions must be
 * equal to the predictions that Millrace makes with the same ONNX file in a repository with
 * Millrace's own layout.
 */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class TritonRepositoryTest {

  private static final int IMAGES = 100;
  private static final int MAX_BATCH_SIZE = 3;

  @TempDir Path folder;
  private Path repository;

  @BeforeEach
  void nameRepository() {
    repository = folder.resolve("triton");
  }

  @Test
  void modelThatPyTorchExported_answersAsIfItWasImported(EmbeddedBroker broker) throws Exception {
    Path onnx = SharedData.file("models/cifar10_resnet20.onnx");
    Path labels = SharedData.file("classes/cifar10.txt");
    lay("exported", 1, Files.readAllBytes(onnx), Files.readAllLines(labels));
    ModelVersion imported =
        Models.publish(folder.resolve("models"), "imported", onnx, labels, 32, 32);

    requireAnswersOf(imported, "exported", broker);
  }

  @Test
  void modelThatWasExported_answersAsIfItWasImported_andSwaps(EmbeddedBroker broker)
      throws Exception {
    ModelVersion imported = Models.publishRandom(folder.resolve("models"), "same");
    List<String> labels = imported.labels().names();
    lay("triton-random", 1, random(1), labels);

    requireAnswersOf(imported, "triton-random", broker);

    try (Pipeline pipeline = start("triton-random", broker)) {
      lay("triton-random", 2, random(2), labels);
      pipeline.promote(2, false);
      assertThat(pipeline.reports(1))
          .singleElement()
          .satisfies(report -> assertThat(report.outcome()).isEqualTo(Outcome.SWAPPED));
      send(pipeline);
      assertThat(pipeline.predictions(IMAGES))
          .hasSize(IMAGES)
          .allSatisfy(
              prediction ->
                  assertThat(prediction.value().model())
                      .isEqualTo(new Prediction.Model("triton-random", 2, Sha256.of(random(2)))));
    }
  }

  private static byte[] random(long seed) {
    ResNet network = ResNet.of("resnet20");
    return ResNetOnnx.write(network, HeInitialization.of(network, seed));
  }

  /** Writes a version in Triton's layout. */
  private void lay(String name, int version, byte[] onnx, List<String> labels) throws IOException {
    Path home = Files.createDirectories(repository.resolve(name));
    Files.writeString(
        home.resolve("config.pbtxt"),
        """
        name: "%s"
        platform: "onnxruntime_onnx"
        max_batch_size: %d
        input [ { name: "input" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 3, 32, 32 ] } ]
        output [
          { name: "logits" data_type: TYPE_FP32 dims: [ 10 ] label_filename: "classes.txt" }
        ]
        parameters { key: "resize" value: { string_value: "32" } }
        """
            .formatted(name, MAX_BATCH_SIZE));
    Files.write(home.resolve("classes.txt"), labels);
    Path folderOfVersion = home.resolve(Integer.toString(version));
    Files.write(Files.createDirectory(folderOfVersion).resolve("model.onnx"), onnx);
  }

  private void requireAnswersOf(ModelVersion imported, String exported, EmbeddedBroker broker)
      throws Exception {
    Map<String, Prediction> expected;
    try (Pipeline pipeline = Pipeline.start(broker, imported, 2, Map.of())) {
      send(pipeline);
      expected = predictions(pipeline);
    }
    Map<String, String> before = content();
    try (Pipeline pipeline = start(exported, broker)) {
      send(pipeline);
      Map<String, Prediction> answers = predictions(pipeline);

      assertThat(answers.keySet()).isEqualTo(expected.keySet()).hasSize(IMAGES);
      answers.forEach((key, answer) -> requireSame(answer, expected.get(key)));
      assertThat(pipeline.registry.get("millrace.inference.batch.size").summary().max())
          .isBetween(1.0, (double) MAX_BATCH_SIZE);
    }
    assertThat(content()).isEqualTo(before);
  }

  private Pipeline start(String name, EmbeddedBroker broker) throws Exception {
    return Pipeline.start(
        broker, new ModelRepository(repository, new TritonLayout()).newest(name), 2, Map.of());
  }

  private static void send(Pipeline pipeline) throws Exception {
    pipeline.send(
        IntStream.range(0, IMAGES)
            .mapToObj(i -> pipeline.image(Integer.toString(i), Images.noise("png", 40, 32, i)))
            .toList());
  }

  private static Map<String, Prediction> predictions(Pipeline pipeline) {
    return pipeline.predictions(IMAGES).stream()
        .collect(Collectors.toMap(ConsumerRecord::key, ConsumerRecord::value));
  }

  /**
   * Requires equal predictions. The last digits of a probability may still differ, because they
   * depend on the batch size.
   */
  private static void requireSame(Prediction answer, Prediction expected) {
    Probabilities probabilities = answer.probabilities();
    assertThat(probabilities.size()).isEqualTo(expected.probabilities().size());
    for (int i = 0; i < probabilities.size(); i++) {
      assertThat(probabilities.get(i)).isCloseTo(expected.probabilities().get(i), within(1e-5f));
    }
    assertThat(answer.top()).hasSameSizeAs(expected.top());
    assertThat(expected.top().stream().map(Prediction.Top::label)).contains(answer.label());
  }

  /**
   * Describes every file and folder of the repository by a text with its modification time and
   * checksum. The keys are the paths.
   */
  private Map<String, String> content() throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(repository)) {
      for (Path path : walk.toList()) {
        content.put(
            repository.relativize(path).toString(),
            Files.getLastModifiedTime(path)
                + (Files.isRegularFile(path) ? Sha256.of(Files.readAllBytes(path)) : ""));
      }
    }
    return content;
  }
}
