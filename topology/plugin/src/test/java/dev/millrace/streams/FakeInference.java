package dev.millrace.streams;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
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

/** Creates inferences without native libraries. */
final class FakeInference {

  private FakeInference() {}

  /** Creates an inference that batches up to four images. The caller closes it. */
  static ImageInference<String> of(FakeModel model, int maxInFlight) {
    EngineConfig engine =
        new EngineConfig(List.of(Device.CPU), 4, Duration.ofMillis(1), 2, 1, ImageLimits.DEFAULT);
    InferenceConfig config =
        new InferenceConfig(Path.of("nowhere"), "fake", null, engine, maxInFlight, 3, true);
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
