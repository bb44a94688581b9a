package dev.millrace.streams.engine;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
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
 * A model of ten classes: the class is the first pixel's red value modulo ten, with probability
 * 0.91. Its runs can be held back, and it remembers their sizes.
 */
public final class FakeModel implements ModelRuntime {

  public static final int CLASSES = 10;

  /** Sizes of the batches run, warm-up included. */
  public final List<Integer> batches = new CopyOnWriteArrayList<>();

  /** Runs that may begin; plenty unless a test takes them. */
  public final Semaphore runs = new Semaphore(Integer.MAX_VALUE / 2);

  /** The value that a run answers with instead of 0.91. */
  public volatile float probability = 0.91f;

  /** What a run adds for each of its images to {@link #elapsedNanos}. */
  public volatile long nanosAnImage;

  /** For a clock that knows how long the runs took. */
  public final AtomicLong elapsedNanos = new AtomicLong();

  /** True to make every run fail. */
  public volatile boolean broken;

  /** A run with this pixel value in it fails. */
  public volatile int poison = -1;

  /** How many runs fail whatever is in them. */
  public final AtomicInteger failures = new AtomicInteger();

  /** The pixel value that is answered with NaN. */
  public volatile int confusing = -1;

  /** What every run throws, unless it is null. */
  public volatile Error crash;

  /** What every run does before it answers. */
  public volatile Runnable first = () -> {};

  /** How many classes its sessions claim to have. */
  public volatile int classes = CLASSES;

  /** What a session throws as it closes, unless it is null. */
  public volatile RuntimeException closing;

  public volatile boolean closed;

  /** The versions that have a session, oldest first. */
  public final List<Integer> open = new CopyOnWriteArrayList<>();

  /** The version that this model claims to be: 3, of images of one pixel. */
  public static ModelVersion version() {
    return version(3, 1);
  }

  /** Another version, of images of {@code size} x {@code size} pixels. */
  public static ModelVersion version(int version, int size) {
    return version("fake", version, size);
  }

  /** The same of another model. */
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

  /** A version of images of one pixel, of which it takes so many at once. */
  static ModelVersion versionOfBatches(int version, int maxBatchSize) {
    return new ModelVersion(
        Path.of("nowhere"), version(version, 1).manifest(), OptionalInt.of(maxBatchSize), true);
  }

  /** It, loaded, for batches of two. */
  static LoadedModel loaded(ModelVersion version) {
    return loaded(version, 2);
  }

  /** It, loaded, for batches of so many images. */
  static LoadedModel loaded(ModelVersion version, int maxBatchSize) {
    return loaded(new FakeModel(), version, maxBatchSize);
  }

  /** It, loaded by this model. */
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
    public int inputSize() {
      return version.manifest().preprocessing().size();
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
