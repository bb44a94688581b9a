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
 * The model that an {@link ImageInference} serves, and how. Made with {@link #of} or {@link
 * #builder}.
 *
 * @param repository folder of the model repository
 * @param model the model's name in it
 * @param version the version to serve, or null for the newest
 * @param engine how images are decoded, batched and run
 * @param maxInFlight images of one partition that may be in flight at once; a full partition waits.
 *     Besides, up to 256 answers of a partition, and about 4 MiB of images of a stream thread's
 *     partitions, may wait to be forwarded together
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

  /** This configuration with another version. */
  public InferenceConfig withVersion(int other) {
    return new InferenceConfig(repository, model, other, engine, maxInFlight, top, probabilities);
  }

  /** Begins a configuration with the defaults of {@link #of}. */
  public static Builder builder(Path repository, String model) {
    return new Builder(repository, model);
  }

  /** Collects the values that differ from the defaults. */
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
     * Largest number of images in a batch. By default 64 on a GPU, and on the CPU as many as run in
     * 20 ms, at most 8: a CPU gains nothing from larger batches, and a commit has to wait for the
     * current run.
     */
    public Builder maxBatchSize(Integer maxBatchSize) {
      this.maxBatchSize = maxBatchSize;
      return this;
    }

    /**
     * Longest time that an image waits for a batch to fill while a device is idle. By default 5 ms
     * on a GPU, and 0 on the CPU, which gains nothing from larger batches.
     */
    public Builder linger(Duration linger) {
      this.linger = linger;
      return this;
    }

    /** Number of threads that decode; by default one for each core. */
    public Builder decodeThreads(int decodeThreads) {
      this.decodeThreads = decodeThreads;
      return this;
    }

    /** Limits of one image; {@link ImageLimits#DEFAULT} by default. */
    public Builder limits(ImageLimits limits) {
      this.limits = limits;
      return this;
    }

    /**
     * Largest number of images of one partition in flight; by default a little less than four
     * batches.
     */
    public Builder maxInFlight(Integer maxInFlight) {
      this.maxInFlight = maxInFlight;
      return this;
    }

    /** Number of most probable classes that a prediction lists; 5 by default. */
    public Builder top(int top) {
      this.top = top;
      return this;
    }

    /** Whether a prediction holds the whole distribution; true by default. */
    public Builder probabilities(boolean probabilities) {
      this.probabilities = probabilities;
      return this;
    }

    /**
     * The configuration.
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
      // A quarter of a batch less than whole batches, as much as InferenceEngine.awaitRoom leaves.
      int most = BATCHES_IN_FLIGHT * batch - batch / 4;
      int inFlight = maxInFlight != null ? maxInFlight : most;
      return new InferenceConfig(repository, model, version, engine, inFlight, top, probabilities);
    }
  }
}
