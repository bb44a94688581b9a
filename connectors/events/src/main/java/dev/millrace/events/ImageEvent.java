package dev.millrace.events;

import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** The value of a record in the input topic. The record's headers say how to read it. */
public sealed interface ImageEvent {

  /**
   * An encoded image.
   *
   * @param bytes the image file's bytes (JPEG, PNG, …); not copied, so the caller must not change
   *     them
   */
  record Encoded(byte[] bytes) implements ImageEvent {}

  /**
   * A record whose image is stored elsewhere.
   *
   * @param reference where the image is
   */
  record Referenced(ImageReference reference) implements ImageEvent {}

  /**
   * A record from which no image can be read.
   *
   * @param reason the reason, for the dead letter
   */
  record Unreadable(String reason) implements ImageEvent {}

  /**
   * {@return the serde of input topics} The record's headers decide how a value is read:
   *
   * <ul>
   *   <li>{@code content-type: application/json}: a JSON object with one field {@code image} in
   *       base64, {@code {"image": "<base64>"}}. Other fields are ignored.
   *   <li>{@code ce_dataref} (a CloudEvents claim check) without a value: {@link Unreadable},
   *       because claim checks are not supported.
   *   <li>Otherwise the value is the image file itself.
   * </ul>
   *
   * <p>Reading never throws an exception: an invalid value becomes {@link Unreadable}, and a null
   * value stays null. Writing follows the headers, too: it stores the image's bytes unchanged, or
   * as the JSON above. It throws Kafka's {@code SerializationException} for an {@link Unreadable}.
   * Thread-safe.
   */
  static Serde<ImageEvent> serde() {
    return Serdes.serdeFrom(new ImageEventSerializer(), new ImageEventDeserializer());
  }
}
