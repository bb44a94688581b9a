package dev.millrace.service.serve;

import dev.millrace.events.Prediction;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serde;

/** The format of predictions in their topic. */
public enum OutputFormat {
  /** JSON, as a CloudEvent in binary mode. */
  JSON("json", Prediction::serde),
  /** CloudEvents in structured mode, as JSON. */
  CLOUDEVENTS_STRUCTURED("cloudevents-structured", Prediction::cloudEventSerde);

  private final String label;
  private final Supplier<Serde<Prediction>> serde;

  OutputFormat(String label, Supplier<Serde<Prediction>> serde) {
    this.label = label;
    this.serde = serde;
  }

  /** {@return the serde of predictions in this format} */
  Serde<Prediction> serde() {
    return serde.get();
  }

  /** {@return the value as the command line writes it} */
  @Override
  public String toString() {
    return label;
  }
}
