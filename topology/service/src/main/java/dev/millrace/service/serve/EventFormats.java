package dev.millrace.service.serve;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageField;
import dev.millrace.events.Prediction;
import java.util.Objects;
import org.apache.kafka.common.serialization.Serde;

/**
 * The formats of the events that a service reads and writes.
 *
 * @param imageField the field of an image event that holds the image, if the event has fields
 * @param output the format of predictions
 */
public record EventFormats(ImageField imageField, OutputFormat output) {

  /** The image in the field {@code image}, and predictions in JSON. */
  public static final EventFormats DEFAULT =
      new EventFormats(ImageField.DEFAULT, OutputFormat.JSON);

  /**
   * Requires all values.
   *
   * @param imageField the field of an image event that holds the image
   * @param output the format of predictions
   * @throws NullPointerException if a value is null
   */
  public EventFormats {
    Objects.requireNonNull(imageField, "imageField");
    Objects.requireNonNull(output, "output");
  }

  /** {@return the serde of the input topics} */
  Serde<ImageEvent> images() {
    return ImageEvent.serde(imageField);
  }

  /** {@return the serde of the output topic} */
  Serde<Prediction> predictions() {
    return output.serde();
  }
}
