package dev.millrace.streams.engine;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A test of a whole engine with its threads, a {@link FakeModel} and {@link FakeDecoder}s. */
@Timeout(30)
abstract class WithEngine {

  final FakeModel model = new FakeModel();
  final CountDownLatch unhang = new CountDownLatch(1);
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  InferenceEngine engine;

  /** The engine's clock, in ns. A test may set another clock before it starts the engine. */
  LongSupplier nanoTime = System::nanoTime;

  InferenceEngine start(int maxBatchSize, Duration linger, ImageLimits limits) {
    return start(Device.CPU, maxBatchSize, linger, limits);
  }

  InferenceEngine start(Device device, int maxBatchSize, Duration linger, ImageLimits limits) {
    return start(device, maxBatchSize, linger, limits, 1);
  }

  InferenceEngine start(
      Device device, int maxBatchSize, Duration linger, ImageLimits limits, int runs) {
    EngineConfig config = new EngineConfig(List.of(device), maxBatchSize, linger, 2, runs, limits);
    engine =
        InferenceEngine.start(
            config,
            model,
            FakeModel.version(),
            () -> new FakeDecoder(unhang),
            new EngineMetrics(registry),
            nanoTime);
    model.batches.clear();
    return engine;
  }

  InferenceEngine start(int maxBatchSize) {
    return start(maxBatchSize, Duration.ofMillis(1), ImageLimits.DEFAULT);
  }

  CompletableFuture<Classification> submit(int first) {
    return engine.submit(
        new byte[] {(byte) first}, nanoTime.getAsLong() + TimeUnit.SECONDS.toNanos(10));
  }

  static int classOf(CompletableFuture<Classification> answer) throws Exception {
    float[] probabilities = answer.get(10, TimeUnit.SECONDS).probabilities();
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    return best;
  }

  @AfterEach
  void close() {
    unhang.countDown();
    model.runs.release(1000);
    if (engine != null) {
      engine.close();
    }
  }
}
