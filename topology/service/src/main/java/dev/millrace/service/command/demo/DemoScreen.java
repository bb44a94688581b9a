package dev.millrace.service.command.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.events.Prediction;
import dev.millrace.service.demo.DemoImage;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Shows the progress of the demo. Thread-safe, except for {@link #prediction}, which only one
 * thread may call.
 */
interface DemoScreen extends AutoCloseable {

  /**
   * Shows a message.
   *
   * @param text one line
   */
  void say(String text);

  /**
   * Counts and shows a prediction.
   *
   * @param record a record of the predictions topic
   * @param image the image that was classified; the prediction is right if it names the image's
   *     label
   */
  void prediction(ConsumerRecord<String, Prediction> record, DemoImage image);

  /**
   * Shows an event of {@code millrace train --json}.
   *
   * @param event a JSON object, whose field {@code event} holds the name of the event
   */
  void training(JsonNode event);

  /**
   * {@return true once the demo should end, because the output cannot be written any more or the
   * user has pressed the key that ends the demo}
   */
  boolean isEnded();

  /** Restores the terminal. After this call, the screen shows nothing more. */
  @Override
  void close();
}
