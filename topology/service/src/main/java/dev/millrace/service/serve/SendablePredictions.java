package dev.millrace.service.serve;

import dev.millrace.events.Prediction;
import dev.millrace.streams.sending.LimitsReader;
import dev.millrace.streams.sending.RecordSize;
import dev.millrace.streams.sending.TopicLimits;
import dev.millrace.streams.sending.UnsendableException;
import java.time.Clock;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
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

  /** Number of bytes of all field names, with quotes and braces, and of the content type. */
  private static final long FIELDS = 320;

  /** Number of bytes of the field names of one entry of {@code top}. */
  private static final long FIELDS_OF_TOP = 48;

  private final String output;
  private final Serializer<Prediction> serializer;
  private final LimitsReader limits;
  private final Clock clock;
  private final PredictionTap tap;

  /**
   * Creates this step of the topology.
   *
   * @param output the output topic
   * @param serializer writes predictions; all stream tasks share it
   * @param limits reads the limits of the output topic; all stream tasks share it
   * @param clock the clock; used to judge the timestamps of predictions
   * @param tap receives each prediction that is forwarded
   */
  SendablePredictions(
      String output,
      Serializer<Prediction> serializer,
      LimitsReader limits,
      Clock clock,
      PredictionTap tap) {
    this.output = output;
    this.serializer = serializer;
    this.limits = limits;
    this.clock = clock;
    this.tap = tap;
  }

  @Override
  public FixedKeyProcessor<byte[], Prediction, Prediction> get() {
    return new Check();
  }

  private final class Check extends ContextualFixedKeyProcessor<byte[], Prediction, Prediction> {

    @Override
    public void process(FixedKeyRecord<byte[], Prediction> record) {
      TopicLimits limit = limits.of(output);
      int keyBytes = record.key() == null ? 0 : record.key().length;
      long bytes =
          RecordSize.of(keyBytes, mostBytes(record.value(), record.headers()), record.headers());
      if (bytes > limit.maxBytes()) {
        // The upper bound exceeds the limit, so the exact size decides.
        Headers headers = new RecordHeaders(record.headers());
        byte[] value = serializer.serialize(output, headers, record.value());
        bytes = RecordSize.of(keyBytes, value.length, headers);
      }
      limit
          .refusal(record.key() != null, bytes, record.timestamp(), clock.millis())
          .ifPresent(
              reason -> {
                throw new UnsendableException(
                    "topic " + output + " would refuse its prediction: " + reason);
              });
      tap.predicted(record.value(), record.timestamp());
      context().forward(record);
    }
  }

  /**
   * Returns an upper bound of the size of a prediction in any format, in bytes. The serializer may
   * move headers into the value, and escapes their characters there.
   */
  static long mostBytes(Prediction prediction, Headers headers) {
    return mostBytes(prediction) + ESCAPED * RecordSize.of(0, 0, headers);
  }

  /**
   * Returns an upper bound of a prediction's size as JSON, in bytes. This takes less time than
   * serializing the prediction, because it counts every character as escaped and every number at
   * the longest length.
   */
  private static long mostBytes(Prediction prediction) {
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
