package dev.millrace.streams;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.streams.engine.EngineConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What an {@link ImageInference} serves, and how. Made with {@link #of}.
 *
 * @param repository folder of the model repository
 * @param model the model's name in it
 * @param version the version to serve, or null for the newest
 * @param engine how images are decoded, batched and run
 * @param maxInFlight images of one partition that may be in flight at once; the partition waits
 *     beyond. Besides, 256 at most that are answered may wait to be passed on together, and some 4
 *     MiB of images of all partitions of a stream thread
 * @param top how many of the most probable classes a prediction lists
 * @param probabilities whether a prediction holds the whole distribution
 */
public record InferenceConfig(
    Path repository,
    String model,
    Integer version,
    EngineConfig engine,
    int maxInFlight,
    int top,
    boolean probabilities) {

  public InferenceConfig {
    Objects.requireNonNull(repository, "repository");
    ModelManifest.requireName(model);
    if (version != null && version < 1) {
      throw new IllegalArgumentException("version: " + version + " is not above 0");
    }
    Objects.requireNonNull(engine, "engine");
    if (maxInFlight < 1) {
      throw new IllegalArgumentException("max-in-flight: " + maxInFlight + " is not above 0");
    }
    if (top < 1) {
      throw new IllegalArgumentException("top: " + top + " is not above 0");
    }
  }

  /** The newest version of a model, on the CPU, with defaults that suit the machine's cores. */
  public static InferenceConfig of(Path repository, String model) {
    return builder(repository, model).build();
  }

  /** The same with another version. */
  public InferenceConfig withVersion(int other) {
    return new InferenceConfig(repository, model, other, engine, maxInFlight, top, probabilities);
  }

  /** Begins a configuration with the defaults of {@link #of}. */
  public static Builder builder(Path repository, String model) {
    return new Builder(repository, model);
  }

  /** Collects what differs from the defaults. */
  public static final class Builder {
    private static final int CPU_BATCH = 8;
    private static final Duration CPU_RUN = Duration.ofMillis(20);
    private static final int CUDA_BATCH = 64;
    private static final Duration CUDA_LINGER = Duration.ofMillis(5);
    private static final int BATCHES_IN_FLIGHT = 4;

    private final Path repository;
    private final String model;
    private final int cores = Runtime.getRuntime().availableProcessors();
    private Integer version;
    private List<Device> devices = List.of(Device.CPU);
    private Integer maxBatchSize;
    private Duration linger;
    private int decodeThreads = cores;
    private ImageLimits limits = ImageLimits.DEFAULT;
    private Integer maxInFlight;
    private int top = 5;
    private boolean probabilities = true;

    private Builder(Path repository, String model) {
      this.repository = repository;
      this.model = model;
    }

    /** Serves this version instead of the newest. */
    public Builder version(Integer version) {
      this.version = version;
      return this;
    }

    /** Devices to run on; the CPU by default. */
    public Builder devices(List<Device> devices) {
      this.devices = devices;
      return this;
    }

    /**
     * Images a batch at most. By default 64 on a GPU, and on the CPU as many as run in 20 ms, 8 at
     * most: larger batches gain nothing there, and a commit waits for what runs.
     */
    public Builder maxBatchSize(Integer maxBatchSize) {
      this.maxBatchSize = maxBatchSize;
      return this;
    }

    /**
     * How long an image waits for company while a device is idle; by default 5 ms on a GPU, and not
     * at all on the CPU, where larger batches gain nothing.
     */
    public Builder linger(Duration linger) {
      this.linger = linger;
      return this;
    }

    /** Threads that decode; by default one a core. */
    public Builder decodeThreads(int decodeThreads) {
      this.decodeThreads = decodeThreads;
      return this;
    }

    /** What one image may claim; {@link ImageLimits#DEFAULT} by default. */
    public Builder limits(ImageLimits limits) {
      this.limits = limits;
      return this;
    }

    /** Images of one partition in flight at once; almost four batches by default. */
    public Builder maxInFlight(Integer maxInFlight) {
      this.maxInFlight = maxInFlight;
      return this;
    }

    /** How many of the most probable classes a prediction lists; 5 by default. */
    public Builder top(int top) {
      this.top = top;
      return this;
    }

    /** Whether a prediction holds the whole distribution; it does by default. */
    public Builder probabilities(boolean probabilities) {
      this.probabilities = probabilities;
      return this;
    }

    /**
     * Puts it together.
     *
     * @throws IllegalArgumentException naming the key, the value and what is allowed
     */
    public InferenceConfig build() {
      boolean cuda = devices.stream().anyMatch(device -> device.kind() == Device.Kind.CUDA);
      int batch = maxBatchSize != null ? maxBatchSize : cuda ? CUDA_BATCH : CPU_BATCH;
      Duration wait = linger != null ? linger : cuda ? CUDA_LINGER : Duration.ZERO;
      int runs = cuda ? 2 : cores;
      Duration longestRun = maxBatchSize == null && !cuda ? CPU_RUN : EngineConfig.UNLIMITED;
      EngineConfig engine =
          new EngineConfig(devices, batch, longestRun, wait, decodeThreads, runs, limits);
      // Short of whole batches by a quarter, which is what InferenceEngine.awaitRoom leaves, too.
      int most = BATCHES_IN_FLIGHT * batch - batch / 4;
      int inFlight = maxInFlight != null ? maxInFlight : most;
      return new InferenceConfig(repository, model, version, engine, inFlight, top, probabilities);
    }
  }
}
