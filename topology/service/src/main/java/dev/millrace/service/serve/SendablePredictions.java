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
 * Passes on predictions that the output topic takes, and throws {@link UnsendableException} for the
 * others, so that their images become dead letters.
 */
final class SendablePredictions
    implements FixedKeyProcessorSupplier<byte[], Prediction, Prediction> {

  /** A character as JSON escapes it. */
  private static final long ESCAPED = 6;

  /** A number with the comma behind it. */
  private static final long NUMBER = 21;

  /** The names of all fields, with quotes and braces. */
  private static final long FIELDS = 256;

  private static final long FIELDS_OF_TOP = 48;

  private final String output;
  private final LimitsReader limits;
  private final Clock clock;

  /**
   * @param output the topic that they go to
   * @param limits what it takes; shared by all tasks
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
        // Only now is it worth the time to find out.
        byte[] value = serializer.serialize(output, record.value());
        bytes = RecordSize.of(keyBytes, value.length, record.headers());
      }
      limit
          .refusal(record.key() != null, bytes, record.timestamp(), clock.millis())
          .ifPresent(
              reason -> {
                throw new UnsendableException(
                    "topic " + output + " would not take its prediction: " + reason);
              });
      context().forward(record);
    }
  }

  /** Quickly said, and never too low: characters as JSON escapes them, numbers at full length. */
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
