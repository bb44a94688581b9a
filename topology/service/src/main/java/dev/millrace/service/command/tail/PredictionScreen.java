package dev.millrace.service.command.tail;

import dev.millrace.events.Prediction;
import dev.millrace.events.WireFormat;
import dev.millrace.service.command.deadletters.DeadLetterLine;
import dev.millrace.service.command.output.PredictionLine;
import dev.millrace.service.deadletters.DeadLetter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Prints predictions and dead letters, and reports all other records. Used by one thread.
 *
 * @param out the writer for predictions and dead letters
 * @param predictions reads predictions
 * @param complaints receives a line about each record that is neither a prediction nor a dead
 *     letter
 * @param line the format of predictions, or null to print predictions as JSON
 * @param deadLetter the format of dead letters
 */
record PredictionScreen(
    PrintWriter out,
    Deserializer<Prediction> predictions,
    java.util.function.Consumer<String> complaints,
    PredictionLine line,
    DeadLetterLine deadLetter)
    implements PredictionTail.Screen {

  private static final Serializer<Prediction> PREDICTION_JSON = Prediction.serde().serializer();

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
      Prediction prediction =
          predictions.deserialize(record.topic(), record.headers(), record.value());
      out.println(line == null ? json(record.value(), prediction) : line.of(record, prediction));
      return true;
    } catch (SerializationException e) {
      complaints.accept(position + " is neither a prediction nor a dead letter");
      return false;
    }
  }

  /**
   * {@return the prediction as one line of JSON} If the record's value is not JSON, this method
   * converts the prediction to JSON. Otherwise, this method replaces line breaks in the JSON with
   * spaces. This does not change the content, because a line break in JSON can only stand between
   * tokens.
   */
  private static String json(byte[] value, Prediction prediction) {
    byte[] json = WireFormat.begins(value) ? PREDICTION_JSON.serialize("", prediction) : value;
    return new String(json, StandardCharsets.UTF_8).replace('\n', ' ').replace('\r', ' ').strip();
  }

  @Override
  public boolean flush() {
    return !out.checkError();
  }
}
