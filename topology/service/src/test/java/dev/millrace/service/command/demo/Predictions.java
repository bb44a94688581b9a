package dev.millrace.service.command.demo;

import dev.millrace.events.Prediction;
import dev.millrace.service.demo.DemoImage;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Creates predictions and shows them on a screen. */
final class Predictions {

  private Predictions() {}

  /** Shows a prediction. The image's label is the part of the key before the slash. */
  static void show(DemoScreen screen, String key, String label, int version, byte[] encoded) {
    Prediction prediction =
        new Prediction(
            key,
            new Prediction.Model("m", version, "ab"),
            label,
            0.9f,
            List.of(new Prediction.Top(0, label, 0.9f)),
            null,
            new Prediction.Source("images", 0, 0));
    screen.prediction(
        new ConsumerRecord<>("predictions", 0, 0, key, prediction),
        new DemoImage(key, encoded, key.substring(0, key.indexOf('/'))));
  }
}
