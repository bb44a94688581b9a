package dev.millrace.service.command.serve;

import dev.millrace.service.command.options.LabelConverter;
import org.apache.kafka.streams.StreamsConfig;

/** The processing guarantee of Kafka Streams. */
enum Guarantee {
  AT_LEAST_ONCE(StreamsConfig.AT_LEAST_ONCE),
  EXACTLY_ONCE_V2(StreamsConfig.EXACTLY_ONCE_V2);

  private final String label;

  Guarantee(String label) {
    this.label = label;
  }

  /**
   * {@return the value of the guarantee in Kafka Streams' configuration and on the command line}
   */
  @Override
  public String toString() {
    return label;
  }

  /** Converts the value of {@code --guarantee}. */
  static final class Converter extends LabelConverter<Guarantee> {
    Converter() {
      super(Guarantee.class);
    }
  }
}
