package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.InferenceEngine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests swaps to a version that is removed from the repository after its manifest was read. If the
 * version is removed before its model file is read, the candidate is refused. If it is removed
 * later, the swap succeeds. The repository's own tests cover a removal during the read.
 */
@Timeout(60)
class SwapToRemovedVersionTest {

  private static final String MODEL = "resnet20";
  private static final EngineConfig ENGINE =
      new EngineConfig(List.of(Device.CPU), 2, Duration.ofMillis(1), 1, 1, ImageLimits.DEFAULT);

  @TempDir Path folder;

  private final ModelRuntime onnx = new OnnxModelRuntime();
  private ModelRepository repository;
  private ModelVersion first;
  private ModelVersion second;
  private ImageInference<String> inference;
  private TopologyTestDriver driver;
  private TestInputTopic<String, byte[]> images;
  private TestOutputTopic<String, Prediction> predictions;

  @BeforeEach
  void publish() {
    repository = new ModelRepository(folder);
    first = publish(1);
    second = publish(2);
  }

  private ModelVersion publish(long seed) {
    ResNet network = ResNet.of(MODEL);
    Preprocessing preprocessing =
        new Preprocessing(32, 32, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
    Labels labels =
        new Labels(IntStream.range(0, network.classes()).mapToObj(i -> "class-" + i).toList());
    byte[] onnxFile = ResNetOnnx.write(network, HeInitialization.of(network, seed));
    return repository.publish(
        MODEL,
        ModelPreparation.prepare(onnxFile, preprocessing, labels).bytes(),
        preprocessing,
        labels,
        new ModelManifest.Source("import", null, null));
  }

  private void serve(ModelRuntime runtime) {
    inference =
        new ImageInference<>(
            new InferenceConfig(repository, MODEL, 1, ENGINE, 8, 3, true),
            version ->
                InferenceEngine.start(
                    ENGINE,
                    runtime,
                    version.orElse(first),
                    () -> new FakeDecoder(new CountDownLatch(0)),
                    new EngineMetrics(new SimpleMeterRegistry()),
                    System::nanoTime));
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream("images", Consumed.with(Serdes.String(), ImageEvent.serde()))
        .processValues(inference)
        .to("predictions", Produced.with(Serdes.String(), Prediction.serde()));
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    driver = new TopologyTestDriver(builder.build(), config);
    images = driver.createInputTopic("images", new StringSerializer(), new ByteArraySerializer());
    predictions =
        driver.createOutputTopic(
            "predictions", new StringDeserializer(), Prediction.serde().deserializer());
  }

  @AfterEach
  void close() {
    driver.close();
    inference.close();
  }

  @Test
  void candidateRemovedBeforeItsFileIsRead_isRefusedInOneLine_andTheServingOneGoesOn() {
    serve(
        (version, device) -> {
          remove(version);
          return onnx.open(version, device);
        });
    Prediction before = classify();

    assertThatThrownBy(() -> inference.swap(2, false))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "resnet20 version 2 was removed: there is no "
                + second.modelFile()
                + " any more; name another version or import the model again");

    assertThat(inference.serving()).contains(first);
    assertThat(classify())
        .returns(before.model(), Prediction::model)
        .returns(before.probabilities(), Prediction::probabilities);
  }

  @Test
  void candidateRemovedOnceItsFileWasRead_answersAsItsTwinInTheRepository() {
    serve(
        (version, device) -> {
          ModelSession session = onnx.open(version, device);
          remove(version);
          return session;
        });
    Prediction before = classify();
    publish(2);

    inference.swap(2, false);

    assertThat(repository.versions(MODEL)).containsExactly(1, 3);
    assertThat(inference.serving()).contains(second);
    Prediction after = classify();
    assertThat(after.model()).isEqualTo(new Prediction.Model(MODEL, 2, second.sha256()));
    assertThat(after.probabilities()).isNotEqualTo(before.probabilities());
    inference.swap(3, false);
    assertThat(classify())
        .returns(3, twin -> twin.model().version())
        .returns(after.probabilities(), Prediction::probabilities);
  }

  private void remove(ModelVersion version) {
    if (version.equals(second)) {
      repository.remove(MODEL, 2);
    }
  }

  private Prediction classify() {
    images.pipeInput("image", new byte[] {7});
    return predictions.readValue();
  }
}
