package dev.millrace.streams;

import dev.millrace.control.Champion;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.triton.TritonLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The model that an {@link ImageInference} serves, and how to serve it. {@link #of} and {@link
 * #builder} create a configuration. Immutable.
 *
 * @param repository the model repository; its owner closes it after the inference
 * @param model the model's name in the repository
 * @param version the version to serve, at least 1, or null for the newest
 * @param engine how images are decoded, batched and run
 * @param maxInFlight largest number of images of one partition that are in flight at once, at least
 *     1; the stream thread waits while a partition has reached this number. In addition, answered
 *     images may wait to be forwarded together. At most 256 images per partition, and about 4 MiB
 *     of images per stream thread, may wait in this way
 * @param top number of most probable classes that a prediction lists, at least 1
 * @param probabilities whether a prediction holds the full distribution
 */
public record InferenceConfig(
    ModelRepository repository,
    String model,
    Integer version,
    EngineConfig engine,
    int maxInFlight,
    int top,
    boolean probabilities) {

  /**
   * Validates the values.
   *
   * @param repository the model repository
   * @param model the model's name in the repository
   * @param version the version to serve, at least 1, or null for the newest
   * @param engine how images are decoded, batched and run
   * @param maxInFlight largest number of images of one partition that are in flight at once
   * @param top number of most probable classes that a prediction lists
   * @param probabilities whether a prediction holds the full distribution
   * @throws IllegalArgumentException if the name is invalid or a number is below 1; the message
   *     names the value
   * @throws NullPointerException if {@code repository} or {@code engine} is null
   */
  public InferenceConfig {
    Objects.requireNonNull(repository, "repository");
    ModelManifest.requireName(model);
    if (version != null && version < 1) {
      throw new IllegalArgumentException("version: " + version + " must be at least 1");
    }
    Objects.requireNonNull(engine, "engine");
    if (maxInFlight < 1) {
      throw new IllegalArgumentException("max-in-flight: " + maxInFlight + " must be at least 1");
    }
    if (top < 1) {
      throw new IllegalArgumentException("top: " + top + " must be at least 1");
    }
  }

  /**
   * Creates a configuration for the newest version of a model, on the CPU, with defaults that
   * depend on the machine's number of cores.
   *
   * @param repository folder of the model repository
   * @param model the model's name in the repository
   * @return the configuration
   * @throws IllegalArgumentException if the name is invalid
   */
  public static InferenceConfig of(Path repository, String model) {
    return builder(repository, model).build();
  }

  /**
   * Returns this configuration with another version.
   *
   * @param other the version to serve, at least 1
   * @return the changed copy
   * @throws IllegalArgumentException if the version is below 1
   */
  public InferenceConfig withVersion(int other) {
    return new InferenceConfig(repository, model, other, engine, maxInFlight, top, probabilities);
  }

  /**
   * {@return the version that serves first if no version was promoted: the configured version or
   * the newest}
   */
  ModelVersion first() {
    return version == null ? repository.newest(model) : repository.version(model, version);
  }

  /**
   * {@return a promoted version}
   *
   * @throws ModelException if the repository has no such version, or if the checksum of its version
   *     differs from the promoted version's
   */
  ModelVersion promoted(Champion champion) {
    ModelVersion found = repository.version(model, champion.version());
    if (!champion.is(found.version(), found.sha256())) {
      throw new ModelException(
          String.format(
              "%s in %s has sha256 %s, but the promoted version has sha256 %s; use the repository"
                  + " that it was promoted from, or promote the version in this one",
              found, repository, found.sha256(), champion.sha256()));
    }
    return found;
  }

  /**
   * Creates a builder with the defaults of {@link #of}, for a repository in a folder, which may
   * also have Triton's layout.
   *
   * @param repository folder of the model repository
   * @param model the model's name in the repository
   * @return a builder
   */
  public static Builder builder(Path repository, String model) {
    return builder(new ModelRepository(repository, new TritonLayout()), model);
  }

  /**
   * Creates a builder with the defaults of {@link #of}, for any repository.
   *
   * @param repository the model repository; if the repository has to be closed, the caller closes
   *     it after the inference
   * @param model the model's name in the repository
   * @return a builder
   */
  public static Builder builder(ModelRepository repository, String model) {
    return new Builder(repository, model);
  }

  /**
   * Builds a configuration from the values that the caller sets and from the defaults. Not
   * thread-safe.
   */
  public static final class Builder {
    private static final int CPU_BATCH = 8;
    private static final Duration CPU_RUN = Duration.ofMillis(80);
    private static final int CUDA_BATCH = 64;
    private static final Duration CUDA_LINGER = Duration.ofMillis(5);
    private static final int BATCHES_IN_FLIGHT = 4;

    private final ModelRepository repository;
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

    private Builder(ModelRepository repository, String model) {
      this.repository = repository;
      this.model = model;
    }

    /**
     * Sets the version to serve. The default is the newest version.
     *
     * @param version the version's number, at least 1, or null for the default
     * @return this builder
     */
    public Builder version(Integer version) {
      this.version = version;
      return this;
    }

    /**
     * Sets the devices to run on. The default is the CPU.
     *
     * @param devices at least one device, none of them twice
     * @return this builder
     */
    public Builder devices(List<Device> devices) {
      this.devices = devices;
      return this;
    }

    /**
     * Sets the largest number of images in a batch. The default on a GPU is 64. The default on the
     * CPU is the number of images that run in 80 ms, at most 8. Longer runs raise the throughput of
     * a CPU little, and a commit has to wait for the current run. A size that is set here removes
     * the limit of 80 ms.
     *
     * @param maxBatchSize from 1 to {@value EngineConfig#MAX_BATCH_SIZE}, or null for the default
     * @return this builder
     */
    public Builder maxBatchSize(Integer maxBatchSize) {
      this.maxBatchSize = maxBatchSize;
      return this;
    }

    /**
     * Sets the longest time that an image waits for a batch to fill while a device is idle. The
     * default is 5 ms on a GPU, and 0 on the CPU, because a CPU gains nothing from waiting: while
     * it is busy, the next batch fills anyway.
     *
     * @param linger from 0 to 10 s, or null for the default
     * @return this builder
     */
    public Builder linger(Duration linger) {
      this.linger = linger;
      return this;
    }

    /**
     * Sets the number of threads that decode images. The default is one thread for each core.
     *
     * @param decodeThreads at least 1
     * @return this builder
     */
    public Builder decodeThreads(int decodeThreads) {
      this.decodeThreads = decodeThreads;
      return this;
    }

    /**
     * Sets the limits of one image. The default is {@link ImageLimits#DEFAULT}.
     *
     * @param limits the limits
     * @return this builder
     */
    public Builder limits(ImageLimits limits) {
      this.limits = limits;
      return this;
    }

    /**
     * Sets the largest number of images of one partition that are in flight at once. The default is
     * a little less than four batches. If the limit is below the batch size, one partition alone
     * cannot fill a batch.
     *
     * @param maxInFlight at least 1, or null for the default
     * @return this builder
     */
    public Builder maxInFlight(Integer maxInFlight) {
      this.maxInFlight = maxInFlight;
      return this;
    }

    /**
     * Sets the number of most probable classes that a prediction lists. The default is 5.
     *
     * @param top at least 1
     * @return this builder
     */
    public Builder top(int top) {
      this.top = top;
      return this;
    }

    /**
     * Sets whether a prediction holds the full distribution: the probabilities of all classes. The
     * default is true.
     *
     * @param probabilities false to leave the distribution out
     * @return this builder
     */
    public Builder probabilities(boolean probabilities) {
      this.probabilities = probabilities;
      return this;
    }

    /**
     * Creates the configuration.
     *
     * @return the configuration
     * @throws IllegalArgumentException if a value is invalid; the message names the key, the value
     *     and the allowed values
     */
    public InferenceConfig build() {
      boolean cuda = devices.stream().anyMatch(device -> device.kind() == Device.Kind.CUDA);
      int batch = maxBatchSize != null ? maxBatchSize : cuda ? CUDA_BATCH : CPU_BATCH;
      Duration wait = linger != null ? linger : cuda ? CUDA_LINGER : Duration.ZERO;
      int runs = cuda ? 2 : cores;
      Duration longestRun = maxBatchSize == null && !cuda ? CPU_RUN : EngineConfig.UNLIMITED;
      EngineConfig engine =
          new EngineConfig(devices, batch, longestRun, wait, decodeThreads, runs, limits);
      // The default is four batches, less the quarter of a batch that InferenceEngine.awaitRoom
      // keeps free.
      int most = BATCHES_IN_FLIGHT * batch - batch / 4;
      int inFlight = maxInFlight != null ? maxInFlight : most;
      return new InferenceConfig(repository, model, version, engine, inFlight, top, probabilities);
    }
  }
}
