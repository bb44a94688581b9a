package dev.millrace.streams;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import dev.millrace.streams.engine.InferenceEngine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Creates inferences that need no native libraries. */
final class FakeInference {

  private FakeInference() {}

  static final String MODEL = "fake";

  /** Publishes the next version of the model, for images of one pixel. */
  static void publish(Path models) {
    new ModelRepository(models)
        .publish(
            MODEL,
            new byte[] {1},
            new Preprocessing(1, 1, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
            new Labels(IntStream.range(0, FakeModel.CLASSES).mapToObj(i -> "class-" + i).toList()),
            new ModelManifest.Source("import", null, null));
  }

  /** Creates a builder for values of any type. */
  static <V> InferenceBuilder<String, V, Prediction> builder(
      InferenceConfig config, FakeModel model, Function<? super V, byte[]> image) {
    return ImageInference.<String, V>builder(config, image)
        .runtime(model, () -> new FakeDecoder(new CountDownLatch(0)))
        .registry(new SimpleMeterRegistry());
  }

  /** Creates an inference that batches up to four images. The caller closes it. */
  static ImageInference<String> of(FakeModel model, int maxInFlight) {
    EngineConfig engine =
        new EngineConfig(List.of(Device.CPU), 4, Duration.ofMillis(1), 2, 1, ImageLimits.DEFAULT);
    InferenceConfig config =
        new InferenceConfig(
            new ModelRepository(Path.of("nowhere")), "fake", null, engine, maxInFlight, 3, true);
    return new ImageInference<>(
        config,
        version ->
            InferenceEngine.start(
                engine,
                model,
                FakeModel.version(),
                () -> new FakeDecoder(new CountDownLatch(0)),
                new EngineMetrics(new SimpleMeterRegistry()),
                System::nanoTime));
  }
}
