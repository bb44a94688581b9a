package dev.millrace.service.command.tail;

import dev.millrace.events.Prediction;
import dev.millrace.service.command.output.PredictionLine;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Shows predictions on one stream; what is none is told on the other. For one thread.
 *
 * @param out where predictions go
 * @param complaints gets a line about each record that is no prediction
 * @param line a prediction as people read it, or null to show the JSON as it is
 */
record PredictionScreen(
    PrintWriter out, java.util.function.Consumer<String> complaints, PredictionLine line)
    implements PredictionTail.Screen {

  private static final Deserializer<Prediction> PREDICTIONS = Prediction.serde().deserializer();

  @Override
  public boolean show(ConsumerRecord<byte[], byte[]> record) {
    String position = record.topic() + "-" + record.partition() + "@" + record.offset();
    if (record.value() == null) {
      complaints.accept(position + " has no value");
      return false;
    }
    try {
      Prediction prediction = PREDICTIONS.deserialize(record.topic(), record.value());
      out.println(line == null ? json(record.value()) : line.of(record, prediction));
      return true;
    } catch (SerializationException e) {
      complaints.accept(position + " is no prediction");
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
