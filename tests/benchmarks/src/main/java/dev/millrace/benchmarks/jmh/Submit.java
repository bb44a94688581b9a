package dev.millrace.benchmarks.jmh;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Limit;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.InferenceEngine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Classifies images with the engine, without Kafka. An operation is one image. */
@State(Scope.Thread)
public class Submit {

  private static final int IMAGES = 1_000;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** Folder of the model repository. */
  @Param("")
  public String repository;

  /** Name of a model in the repository. */
  @Param("")
  public String model;

  /** Folder of JPEG files. */
  @Param("")
  public String pictures;

  /** Number of images in flight. */
  @Param("1")
  public int inFlight;

  /** Number of threads that decode images. 0 selects the default. */
  @Param("0")
  public int decodeThreads;

  /** Number of batches that run at the same time. 0 selects the default. */
  @Param("0")
  public int runs;

  /** Largest number of images in a batch. 0 selects the default. */
  @Param("0")
  public int maxBatchSize;

  private final Queue<CompletableFuture<Classification>> answers = new ArrayDeque<>();
  private List<byte[]> files;
  private InferenceEngine engine;

  /** Starts the engine. */
  @Setup
  public void start() throws IOException {
    files = Limit.pictures(Path.of(pictures));
    ModelVersion version = new ModelRepository(Path.of(repository)).newest(model);
    engine =
        InferenceEngine.start(
            config(),
            Backend.ONNX.runtime(),
            version,
            Backend.ONNX::decoder,
            new EngineMetrics(new SimpleMeterRegistry()),
            System::nanoTime);
  }

  private EngineConfig config() {
    EngineConfig defaults = InferenceConfig.of(Path.of(repository), model).engine();
    return new EngineConfig(
        defaults.devices(),
        maxBatchSize == 0 ? defaults.maxBatchSize() : maxBatchSize,
        defaults.longestRun(),
        defaults.linger(),
        decodeThreads == 0 ? defaults.decodeThreads() : decodeThreads,
        runs == 0 ? defaults.runsPerDevice() : runs,
        defaults.limits());
  }

  @TearDown
  public void close() {
    engine.close();
  }

  /**
   * Submits images one after another. Once {@code inFlight} images are in flight, waits for the
   * oldest image's answer before the next image.
   */
  @Benchmark
  @OperationsPerInvocation(IMAGES)
  public float classify() {
    float sum = 0;
    for (int i = 0; i < IMAGES; i++) {
      answers.add(engine.submit(files.get(i % files.size()), System.nanoTime() + PATIENCE_NANOS));
      if (answers.size() == inFlight) {
        sum += answers.remove().join().probabilities()[0];
      }
    }
    while (!answers.isEmpty()) {
      sum += answers.remove().join().probabilities()[0];
    }
    return sum;
  }
}
