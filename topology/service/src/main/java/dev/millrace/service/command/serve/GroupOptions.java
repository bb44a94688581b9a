package dev.millrace.service.command.serve;

import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import picocli.CommandLine.Option;

/**
 * A mixin of options for the consumer group that a service joins, and for the way in which the
 * service processes records.
 */
@Grouped(Section.KAFKA)
final class GroupOptions {

  @Option(
      names = "--guarantee",
      paramLabel = "GUARANTEE",
      converter = Guarantee.Converter.class,
      description = "Processing guarantee: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Guarantee guarantee = Guarantee.AT_LEAST_ONCE;

  @Option(
      names = "--application-id",
      paramLabel = "ID",
      description =
          "Name of the consumer group. Services with the same group share the partitions (default:"
              + " millrace-MODEL).")
  private String applicationId;

  @Option(
      names = "--from",
      paramLabel = "WHERE",
      description =
          "Where a new group starts: earliest, latest, a time such as 2026-01-31T12:00:00Z,"
              + " or milliseconds since 1970 (default: earliest). A group with committed offsets"
              + " continues from those offsets.")
  private String from;

  @Option(
      names = "--broker-timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description =
          "Longest time, in seconds, to retry while no broker answers (default: ${DEFAULT-VALUE}).")
  private double brokerTimeout;

  @Grouped(Section.ADVANCED)
  @Option(
      names = "--stream-threads",
      paramLabel = "N",
      defaultValue = "2",
      description = "Number of Kafka Streams threads (default: ${DEFAULT-VALUE}).")
  private int streamThreads;

  /** {@return the value of {@code --from}, or null without the option} */
  String from() {
    return from;
  }

  /**
   * {@return how long to retry while no broker answers}
   *
   * @throws IllegalArgumentException if {@code --broker-timeout} is negative or too large
   */
  Duration patience() {
    if (!(brokerTimeout >= 0 && brokerTimeout < 1e9)) {
      throw new IllegalArgumentException(
          "broker-timeout: " + brokerTimeout + " must be at least 0 seconds");
    }
    return Duration.ofNanos((long) (brokerTimeout * 1e9));
  }

  /** {@return the configuration keys of Kafka Streams that the options set, with their values} */
  Map<String, String> streams() {
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee.toString());
    defaults.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Integer.toString(streamThreads));
    if (applicationId != null) {
      defaults.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
    }
    return defaults;
  }
}
