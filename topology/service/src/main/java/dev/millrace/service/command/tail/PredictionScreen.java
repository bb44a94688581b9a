package dev.millrace.service.command.tail;

import dev.millrace.events.Prediction;
import dev.millrace.service.command.deadletters.DeadLetter;
import dev.millrace.service.command.deadletters.DeadLetterLine;
import dev.millrace.service.command.output.PredictionLine;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Shows predictions and dead letters on one stream, and complains about other records on another.
 * For one thread.
 *
 * @param out where predictions and dead letters go
 * @param complaints gets a line about each other record
 * @param line a prediction as people read it, or null to show the JSON as it is
 * @param deadLetter a dead letter as people or scripts read it
 */
record PredictionScreen(
    PrintWriter out,
    java.util.function.Consumer<String> complaints,
    PredictionLine line,
    DeadLetterLine deadLetter)
    implements PredictionTail.Screen {

  private static final Deserializer<Prediction> PREDICTIONS = Prediction.serde().deserializer();

  @Override
  public boolean show(ConsumerRecord<byte[], byte[]> record) {
    String position = record.topic() + "-" + record.partition() + "@" + record.offset();
    if (DeadLetter.is(record)) {
      out.println(deadLetter.of(new DeadLetter(record)));
      return true;
    }
    if (record.value() == null) {
      complaints.accept(position + " has no value");
      return false;
    }
    try {
      Prediction prediction = PREDICTIONS.deserialize(record.topic(), record.value());
      out.println(line == null ? json(record.value()) : line.of(record, prediction));
      return true;
    } catch (SerializationException e) {
      complaints.accept(position + " is neither a prediction nor a dead letter");
      return false;
    }
  }

  /** The value as it is; between JSON's tokens a line break is a space like any other. */
  private static String json(byte[] value) {
    return new String(value, StandardCharsets.UTF_8).replace('\n', ' ').replace('\r', ' ').strip();
  }

  @Override
  public boolean flush() {
    return !out.checkError();
  }
}
