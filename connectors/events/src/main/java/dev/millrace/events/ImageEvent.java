package dev.millrace.events;

import org.apache.kafka.common.serialization.Serde;

/** What a record of the input topic holds, once its headers said how to read it. */
public sealed interface ImageEvent {

  /**
   * An image as its file's bytes.
   *
   * @param bytes JPEG, PNG, …; not copied, not to be changed
   */
  record Encoded(byte[] bytes) implements ImageEvent {}

  /**
   * A record that holds no image we can get at.
   *
   * @param reason what is wrong with it, for the dead letter
   */
  record Unreadable(String reason) implements ImageEvent {}

  /**
   * The serde of input topics. The record's headers decide how a value is read:
   *
   * <ul>
   *   <li>{@code content-type: application/json}: {@code {"image": "<base64>"}} with one such
   *       field; other fields are passed over;
   *   <li>{@code ce_dataref} (a CloudEvents claim check) without a value: {@link Unreadable}, this
   *       version reads none;
   *   <li>anything else: the value is the image file itself.
   * </ul>
   *
   * <p>Reading never throws: what cannot be read is {@link Unreadable}, and a record without a
   * value stays null. Writing puts the image's bytes as they are. Thread-safe.
   */
  static Serde<ImageEvent> serde() {
    return ImageEventDeserializer.serde();
  }
}
