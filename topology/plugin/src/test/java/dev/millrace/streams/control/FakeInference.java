package dev.millrace.streams.control;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** Creates an {@link ImageInference} that runs a {@link FakeModel}. */
final class FakeInference {

  static final String MODEL = "fake";

  private FakeInference() {}

  /**
   * Publishes {@code versions} versions with different files, and starts an inference that serves
   * version 1.
   */
  static ImageInference<String> start(Path folder, int versions, FakeModel model) {
    for (int version = 1; version <= versions; version++) {
      publish(folder, version, 1);
    }
    ImageInference<String> inference = of(folder, 1, model);
    inference.start();
    return inference;
  }

  /** Returns an inference that the caller has to start. */
  static ImageInference<String> of(Path folder, int version, FakeModel model) {
    return ImageInference.with(
        InferenceConfig.builder(folder, MODEL).version(version).build(),
        model,
        () -> new FakeDecoder(new CountDownLatch(0)),
        new SimpleMeterRegistry());
  }

  /** Publishes the next version, for images of {@code size} x {@code size} pixels. */
  static void publish(Path folder, int version, int size) {
    new ModelRepository(folder)
        .publish(
            MODEL,
            new byte[] {(byte) version},
            new Preprocessing(size, size, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
            new Labels(IntStream.range(0, FakeModel.CLASSES).mapToObj(i -> "class-" + i).toList()),
            new ModelManifest.Source("import", null, null));
  }
}
