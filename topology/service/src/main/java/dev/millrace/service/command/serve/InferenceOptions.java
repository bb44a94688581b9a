package dev.millrace.service.command.serve;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.service.command.options.RepositoryOption;
import dev.millrace.streams.InferenceConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** Which model answers and how images are decoded, batched and run: a mixin of options. */
final class InferenceOptions {

  /** The defaults, whatever the model. */
  private static final InferenceConfig DEFAULTS =
      InferenceConfig.of(Path.of(RepositoryOption.DEFAULT), "any");

  private static final ImageLimits LIMITS = DEFAULTS.engine().limits();

  @Option(
      names = "--repository",
      paramLabel = "DIR",
      defaultValue = RepositoryOption.DEFAULT,
      description = "The model repository (default: ${DEFAULT-VALUE}).")
  private Path repository;

  @Option(names = "--model", paramLabel = "NAME", required = true, description = "The model in it.")
  private String model;

  @Option(
      names = "--version",
      paramLabel = "N",
      description = "The version to start with, where none was promoted yet (default: the newest).")
  private Integer version;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      split = ",",
      description = "cpu or cuda:N, several with commas between them (default: ${DEFAULT-VALUE}).")
  private List<String> devices =
      DEFAULTS.engine().devices().stream().map(Device::toString).toList();

  @Option(
      names = "--max-batch-size",
      paramLabel = "N",
      description =
          "Images a batch at most (default: 64 on a GPU; on the CPU as many as run in 20 ms, 8 at"
              + " most).")
  private Integer maxBatchSize;

  @Option(
      names = "--linger",
      paramLabel = "MS",
      description =
          "Milliseconds an image waits for company while a device is idle (default: 0 on the CPU, 5 on"
              + " a GPU).")
  private Double lingerMillis;

  @Option(
      names = "--decode-threads",
      paramLabel = "N",
      description = "Threads that decode (default: one a core).")
  private Integer decodeThreads;

  @Option(
      names = "--max-in-flight",
      paramLabel = "N",
      description = "Images of one partition in flight at most (default: almost four batches).")
  private Integer maxInFlight;

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      description = "The largest image taken, width times height (default: ${DEFAULT-VALUE}).")
  private long maxPixels = LIMITS.maxPixels();

  @Option(
      names = "--decode-timeout",
      paramLabel = "MS",
      description = "Milliseconds after which an image is given up on (default: ${DEFAULT-VALUE}).")
  private long decodeTimeoutMillis = LIMITS.decodeTimeout().toMillis();

  @Option(
      names = "--top",
      paramLabel = "K",
      description =
          "How many of the most probable classes a prediction lists (default: ${DEFAULT-VALUE}).")
  private int top = DEFAULTS.top();

  @Option(
      names = "--probabilities",
      paramLabel = "WHICH",
      converter = Distribution.Converter.class,
      description =
          "Whether a prediction holds the whole distribution: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Distribution probabilities = Distribution.of(DEFAULTS.probabilities());

  /**
   * What the options amount to.
   *
   * @throws IllegalArgumentException naming the option, its value and what is allowed
   */
  InferenceConfig config() {
    InferenceConfig.Builder builder =
        InferenceConfig.builder(repository, model)
            .version(version)
            .devices(devices.stream().map(Device::parse).toList())
            .maxBatchSize(maxBatchSize)
            .limits(
                new ImageLimits(
                    maxPixels, Duration.ofMillis(decodeTimeoutMillis), LIMITS.maxHungDecoders()))
            .maxInFlight(maxInFlight)
            .top(top)
            .probabilities(probabilities == Distribution.FULL);
    if (lingerMillis != null) {
      builder.linger(Duration.ofNanos((long) (lingerMillis * 1e6)));
    }
    if (decodeThreads != null) {
      builder.decodeThreads(decodeThreads);
    }
    return builder.build();
  }
}
