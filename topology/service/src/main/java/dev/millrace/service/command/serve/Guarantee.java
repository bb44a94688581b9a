package dev.millrace.service.command.serve;

import dev.millrace.service.command.options.LabelConverter;
import org.apache.kafka.streams.StreamsConfig;

/** How often an image is answered, as Kafka Streams is told it. */
enum Guarantee {
  AT_LEAST_ONCE(StreamsConfig.AT_LEAST_ONCE),
  EXACTLY_ONCE_V2(StreamsConfig.EXACTLY_ONCE_V2);

  private final String label;

  Guarantee(String label) {
    this.label = label;
  }

  /** As Kafka Streams and the command line write it. */
  @Override
  public String toString() {
    return label;
  }

  /** Reads what is written on the command line. */
  static final class Converter extends LabelConverter<Guarantee> {
    Converter() {
      super(Guarantee.class);
    }
  }
}
