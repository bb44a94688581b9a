package dev.millrace.service.command.serve;

import dev.millrace.blobs.S3Access;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.RepositoryOption;
import dev.millrace.streams.InferenceConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A mixin of options for the model to serve, and for the way in which the service decodes, batches
 * and classifies images.
 */
@Grouped(Section.INFERENCE)
final class InferenceOptions {

  /** The defaults, which are the same for every model. */
  private static final InferenceConfig DEFAULTS =
      InferenceConfig.of(Path.of(RepositoryOption.DEFAULT), "any");

  private static final ImageLimits LIMITS = DEFAULTS.engine().limits();

  @Mixin private RepositoryOption repository;

  @Grouped(Section.MODEL)
  @Option(
      names = "--model",
      paramLabel = "NAME",
      required = true,
      description = "Name of the model to serve (required).")
  private String model;

  @Grouped(Section.MODEL)
  @Option(
      names = "--version",
      paramLabel = "N",
      description = "Version to start with if no version was promoted yet (default: the newest).")
  private Integer version;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      split = ",",
      description =
          "Devices to run on, cpu or cuda:N, separated by commas (default: ${DEFAULT-VALUE}).")
  private List<String> devices =
      DEFAULTS.engine().devices().stream().map(Device::toString).toList();

  @Option(
      names = "--max-batch-size",
      paramLabel = "N",
      description =
          "Largest number of images per batch (default: 64 on a GPU; on the CPU the number that"
              + " runs in 80 ms, at most 8).")
  private Integer maxBatchSize;

  @Option(
      names = "--linger",
      paramLabel = "MS",
      description =
          "Longest time, in ms, that an image waits for a batch to fill while a device is"
              + " idle (default: 0 on the CPU, 5 on a GPU).")
  private Double lingerMillis;

  @Option(
      names = "--decode-threads",
      paramLabel = "N",
      description = "Number of decoder threads (default: one per core).")
  private Integer decodeThreads;

  @Grouped(Section.ADVANCED)
  @Option(
      names = "--max-in-flight",
      paramLabel = "N",
      description =
          "Largest number of images in flight per partition (default: a little less than four"
              + " batches).")
  private Integer maxInFlight;

  @Grouped(Section.ADVANCED)
  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      description =
          "Largest image to accept, in pixels, as width times height (default: ${DEFAULT-VALUE}). A"
              + " JPEG may have eight times as many pixels, because it can be decoded at a reduced"
              + " size.")
  private long maxPixels = LIMITS.maxPixels();

  @Grouped(Section.ADVANCED)
  @Option(
      names = "--decode-timeout",
      paramLabel = "MS",
      description =
          "Longest time, in ms, that decoding one image may take (default: ${DEFAULT-VALUE}).")
  private long decodeTimeoutMillis = LIMITS.decodeTimeout().toMillis();

  @Grouped(Section.PREDICTIONS)
  @Option(
      names = "--top",
      paramLabel = "K",
      description =
          "Number of classes that a prediction lists, most probable first (default:"
              + " ${DEFAULT-VALUE}).")
  private int top = DEFAULTS.top();

  @Grouped(Section.PREDICTIONS)
  @Option(
      names = "--probabilities",
      paramLabel = "WHICH",
      converter = Distribution.Converter.class,
      description =
          "Whether a prediction holds the probabilities of all classes:"
              + " ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Distribution probabilities = Distribution.of(DEFAULTS.probabilities());

  /**
   * {@return the settings for the connection to S3, for the repository and for images}
   *
   * @throws IllegalArgumentException if the endpoint is not a web address
   */
  S3Access s3() {
    return repository.access();
  }

  /**
   * {@return the configuration that the options describe}
   *
   * @throws IllegalArgumentException if a value is out of range; the message names the option, its
   *     value and the allowed values
   */
  InferenceConfig config() {
    InferenceConfig.Builder builder =
        InferenceConfig.builder(repository.open(), model)
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
