package dev.millrace.streams.engine;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * A model of ten classes. An image's class is the red value of its first pixel modulo ten, with
 * probability 0.91. A test can block runs, and read the batch sizes of the runs.
 */
public final class FakeModel implements ModelRuntime {

  public static final int CLASSES = 10;

  /** Sizes of the batches that have run, including the warm-up. */
  public final List<Integer> batches = new CopyOnWriteArrayList<>();

  /** One permit for each run that may begin. A test blocks runs by taking the permits. */
  public final Semaphore runs = new Semaphore(Integer.MAX_VALUE / 2);

  /** The probability of the image's class in each answer. */
  public volatile float probability = 0.91f;

  /** The time that a run adds to {@link #elapsedNanos} for each image, in ns. */
  public volatile long nanosAnImage;

  /** Total time of all runs, in ns, for the test's clock. */
  public final AtomicLong elapsedNanos = new AtomicLong();

  /** True to make every run fail. */
  public volatile boolean broken;

  /** A run fails if an image has this pixel value. */
  public volatile int poison = -1;

  /** Number of the next runs that fail, regardless of their images. */
  public final AtomicInteger failures = new AtomicInteger();

  /** The model answers an image with this pixel value with NaN. */
  public volatile int confusing = -1;

  /** The error that every run throws, or null. */
  public volatile Error crash;

  /** Code that every run executes before it answers. */
  public volatile Runnable first = () -> {};

  /** The kind of answers that the sessions report. */
  public volatile AnswerKind answers = AnswerKind.EXCLUSIVE;

  /** The number of classes that the sessions report. */
  public volatile int classes = CLASSES;

  /** The exception that a session throws when it closes, or null. */
  public volatile RuntimeException closing;

  public volatile boolean closed;

  /** The versions with an open session, oldest first. */
  public final List<Integer> open = new CopyOnWriteArrayList<>();

  /** Returns version 3 of the model {@code fake}, for images of one pixel. */
  public static ModelVersion version() {
    return version(3, 1);
  }

  /**
   * Returns a version of the model {@code fake}, for images of {@code size} x {@code size} pixels.
   */
  public static ModelVersion version(int version, int size) {
    return version("fake", version, size);
  }

  /** Returns a version of the given model, for images of {@code size} x {@code size} pixels. */
  static ModelVersion version(String model, int version, int size) {
    return new ModelVersion(
        Path.of("nowhere"),
        new ModelManifest(
            model,
            version,
            "0".repeat(64),
            "2026-01-01T00:00:00Z",
            new ModelManifest.Source("import", null, null),
            null,
            new Preprocessing(size, size, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
            IntStream.range(0, CLASSES).mapToObj(i -> "class-" + i).toList(),
            null,
            null));
  }

  @Override
  public ModelSession open(ModelVersion version, Device device) {
    return new Session(version);
  }

  /**
   * Returns a version for images of one pixel, with at most {@code maxBatchSize} images in a batch.
   */
  static ModelVersion versionOfBatches(int version, int maxBatchSize) {
    return new ModelVersion(
        Path.of("nowhere"), version(version, 1).manifest(), OptionalInt.of(maxBatchSize), true);
  }

  /** Loads a version for batches of two images. */
  static LoadedModel loaded(ModelVersion version) {
    return loaded(version, 2);
  }

  /** Loads a version for batches of up to {@code maxBatchSize} images. */
  static LoadedModel loaded(ModelVersion version, int maxBatchSize) {
    return loaded(new FakeModel(), version, maxBatchSize);
  }

  /** Loads a version with a given runtime. */
  static LoadedModel loaded(ModelRuntime runtime, ModelVersion version, int maxBatchSize) {
    return new ModelLoader(
            runtime,
            new EngineConfig(
                List.of(Device.CPU), maxBatchSize, Duration.ZERO, 1, 1, ImageLimits.DEFAULT),
            new EngineMetrics(new SimpleMeterRegistry()),
            System::nanoTime)
        .load(version);
  }

  private final class Session implements ModelSession {
    private final ModelVersion version;
    private final int bytes;

    private Session(ModelVersion version) {
      this.version = version;
      this.bytes = version.manifest().preprocessing().bytes();
      open.add(version.version());
    }

    @Override
    public int classes() {
      return classes;
    }

    @Override
    public AnswerKind answers() {
      return answers;
    }

    @Override
    public int inputWidth() {
      return version.manifest().preprocessing().width();
    }

    @Override
    public int inputHeight() {
      return version.manifest().preprocessing().height();
    }

    @Override
    public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
      runs.acquireUninterruptibly();
      batches.add(images);
      elapsedNanos.addAndGet(images * nanosAnImage);
      first.run();
      if (crash != null) {
        throw crash;
      }
      if (broken
          || failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0
          || hasPoison(pixels, images)) {
        throw new InferenceException("the fake device is broken", null);
      }
      for (int i = 0; i < images; i++) {
        boolean known = (pixels.get(bytes * i) & 0xff) != confusing;
        for (int c = 0; c < CLASSES; c++) {
          boolean hit = c == (pixels.get(bytes * i) & 0xff) % CLASSES;
          probabilities.put(i * CLASSES + c, !known ? Float.NaN : hit ? probability : 0.01f);
        }
      }
    }

    private boolean hasPoison(ByteBuffer pixels, int images) {
      return IntStream.range(0, images).anyMatch(i -> (pixels.get(bytes * i) & 0xff) == poison);
    }

    @Override
    public void close() {
      closed = true;
      open.remove((Integer) version.version());
      if (closing != null) {
        throw closing;
      }
    }
  }
}
