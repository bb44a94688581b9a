package dev.millrace.events;

import org.apache.kafka.common.header.Headers;
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
   * {@return the serde of input topics} The record's header {@code content-type} decides how a
   * value is read. The header's name and value may be in any case.
   *
   * <ul>
   *   <li>{@code application/json} and {@code application/*+json}: a JSON object with one field
   *       {@code image} in base64, {@code {"image": "<base64>"}}. The text may be padded or not, in
   *       the standard or the URL-safe alphabet, or a data URL. Other fields are ignored.
   *   <li>{@code application/cloudevents+json}: a CloudEvent 1.0 in structured mode. Its {@code
   *       data_base64} is the image file, or such a JSON object if its {@code datacontenttype} says
   *       JSON. Its {@code data} is such a JSON object, or the image file in base64.
   *   <li>Other types of CloudEvents and batches of them: {@link Unreadable}.
   *   <li>Avro and Protobuf types: {@link Unreadable}, because a schema is missing; see {@link
   *       #serde(ImageField, RegisteredImages)}.
   *   <li>Otherwise the value is the image file itself. So is the value of a CloudEvent in binary
   *       mode, whose {@code content-type} is that of its data.
   * </ul>
   *
   * <p>With the header {@code ce_dataref} or {@code dataref} (a CloudEvents claim check) and
   * without a value, the event is {@link Referenced}. So is a CloudEvent in structured mode that
   * has {@code dataref} and no data, and a JSON object that has {@code dataref} and no image. The
   * checksum is in {@code ce_sha256} or {@code sha256}, or missing.
   *
   * <p>Reading never throws an exception: an invalid value becomes {@link Unreadable}, and a null
   * value stays null. Writing follows the headers, too: it stores the image's bytes unchanged, or
   * as the JSON above, or as a CloudEvent. It throws Kafka's {@code SerializationException} for an
   * {@link Unreadable}, and for a {@link Referenced} that the headers do not name. Thread-safe.
   */
  static Serde<ImageEvent> serde() {
    return serde(ImageField.DEFAULT);
  }

  /**
   * {@return the serde of input topics whose events hold the image in another field than {@code
   * image}} All else is as in {@link #serde()}.
   *
   * @param field the field of the image in JSON
   */
  static Serde<ImageEvent> serde(ImageField field) {
    return serde(field, null);
  }

  /**
   * {@return the serde of input topics with a schema registry} A value that begins like the {@link
   * WireFormat}, and whose content type is not that of a CloudEvent in structured mode, is read by
   * its schema. All else is as in {@link #serde()}. Reading throws the exceptions of {@link
   * RegisteredImages#read}. Writing does not use the registry.
   *
   * @param field the field of the image in JSON
   * @param registered reads values whose schema is in the registry
   */
  static Serde<ImageEvent> serde(ImageField field, RegisteredImages registered) {
    return Serdes.serdeFrom(
        new ImageEventSerializer(field), new ImageEventDeserializer(field, registered));
  }

  /**
   * {@return whether a value with these headers is the image file itself, and not a document that
   * holds the image}
   *
   * @param headers the record's headers
   */
  static boolean isImageItself(Headers headers) {
    return ContentType.of(headers).mayBeImage();
  }
}
