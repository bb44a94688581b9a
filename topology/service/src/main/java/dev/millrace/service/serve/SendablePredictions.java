package dev.millrace.service.serve;

import dev.millrace.events.Prediction;
import dev.millrace.streams.sending.LimitsReader;
import dev.millrace.streams.sending.RecordSize;
import dev.millrace.streams.sending.TopicLimits;
import dev.millrace.streams.sending.UnsendableException;
import java.time.Clock;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/**
 * Forwards predictions that the output topic accepts. For other predictions it throws {@link
 * UnsendableException}, so that their images become dead letters.
 */
final class SendablePredictions
    implements FixedKeyProcessorSupplier<byte[], Prediction, Prediction> {

  /** Number of bytes of a character that JSON escapes. */
  private static final long ESCAPED = 6;

  /** Number of characters around a text in an array: two quotes and a comma. */
  private static final long QUOTES = 3;

  /** Number of bytes of the longest number, with a comma. */
  private static final long NUMBER = 21;

  /** Number of bytes of all field names, with quotes and braces. */
  private static final long FIELDS = 256;

  /** Number of bytes of the field names of one entry of {@code top}. */
  private static final long FIELDS_OF_TOP = 48;

  private final String output;
  private final LimitsReader limits;
  private final Clock clock;

  /**
   * Creates this step of the topology.
   *
   * @param output the output topic
   * @param limits reads the limits of the output topic; all stream tasks share it
   * @param clock the clock; its time is compared with the timestamps of predictions
   */
  SendablePredictions(String output, LimitsReader limits, Clock clock) {
    this.output = output;
    this.limits = limits;
    this.clock = clock;
  }

  @Override
  public FixedKeyProcessor<byte[], Prediction, Prediction> get() {
    return new Check();
  }

  private final class Check extends ContextualFixedKeyProcessor<byte[], Prediction, Prediction> {

    private final Serializer<Prediction> serializer = Prediction.serde().serializer();

    @Override
    public void process(FixedKeyRecord<byte[], Prediction> record) {
      TopicLimits limit = limits.of(output);
      int keyBytes = record.key() == null ? 0 : record.key().length;
      long bytes = RecordSize.of(keyBytes, mostBytes(record.value()), record.headers());
      if (bytes > limit.maxBytes()) {
        // The upper bound exceeds the limit, so the exact size decides.
        byte[] value = serializer.serialize(output, record.value());
        bytes = RecordSize.of(keyBytes, value.length, record.headers());
      }
      limit
          .refusal(record.key() != null, bytes, record.timestamp(), clock.millis())
          .ifPresent(
              reason -> {
                throw new UnsendableException(
                    "topic " + output + " would refuse its prediction: " + reason);
              });
      context().forward(record);
    }
  }

  /**
   * Returns an upper bound of a prediction's size, in bytes. This takes less time than serializing
   * the prediction, because it counts every character as escaped and every number at the longest
   * length.
   */
  static long mostBytes(Prediction prediction) {
    long characters =
        (long) prediction.id().length()
            + prediction.model().name().length()
            + prediction.model().sha256().length()
            + prediction.label().length()
            + prediction.source().topic().length();
    for (Prediction.Top top : prediction.top()) {
      characters += top.label().length();
    }
    if (prediction.independent()) {
      for (String label : prediction.labels()) {
        characters += QUOTES + label.length();
      }
    }
    long numbers = 4 + 2L * prediction.top().size();
    if (prediction.probabilities() != null) {
      numbers += prediction.probabilities().size();
    }
    return FIELDS
        + ESCAPED * characters
        + NUMBER * numbers
        + FIELDS_OF_TOP * prediction.top().size();
  }
}
