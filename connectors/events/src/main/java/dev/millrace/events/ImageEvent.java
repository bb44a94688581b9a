package dev.millrace.events;

import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * The value of a record in the input topic. The record's headers determine how to read the value.
 */
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
   * @param reference the URI and checksum of the image
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
   * value is read. The case of the header's name and value is ignored.
   *
   * <ul>
   *   <li>{@code application/json} and {@code application/*+json}: a JSON object with one field
   *       {@code image} in base64, {@code {"image": "<base64>"}}. The text may have padding, may
   *       use the standard or the URL-safe alphabet, and may be a data URL. Other fields are
   *       ignored.
   *   <li>{@code application/cloudevents+json}: a CloudEvent 1.0 in structured mode. Its {@code
   *       data_base64} is the image file, or a JSON object as above if its {@code datacontenttype}
   *       is JSON. Its {@code data} is a JSON object as above, or the image file in base64.
   *   <li>Other types of CloudEvents and batches of them: {@link Unreadable}.
   *   <li>Avro and Protobuf types: {@link Unreadable}, because a schema is missing; see {@link
   *       #serde(ImageField, RegisteredImages)}.
   *   <li>Any other type: the value is the image file itself. This includes CloudEvents in binary
   *       mode, because their {@code content-type} is the type of the data.
   * </ul>
   *
   * <p>The event is {@link Referenced} if the record has no value or an empty value, and has the
   * header {@code ce_dataref} or {@code dataref} (a CloudEvents claim check). A CloudEvent in
   * structured mode with {@code dataref} and no data is also {@link Referenced}, and so is a JSON
   * object with {@code dataref} and no image. Data or an image that is null or an empty text counts
   * as missing. The optional checksum of the image is in {@code ce_sha256} or {@code sha256}.
   *
   * <p>Reading never throws an exception: an invalid value becomes {@link Unreadable}, and a null
   * value stays null. The content type also decides how an event is written: as the image's bytes,
   * as the JSON above, or as a CloudEvent. Writing throws Kafka's {@code SerializationException}
   * for an {@link Unreadable}, and for a {@link Referenced} whose reference is not in the headers.
   * Thread-safe.
   */
  static Serde<ImageEvent> serde() {
    return serde(ImageField.DEFAULT);
  }

  /**
   * {@return the serde of input topics whose JSON events hold the image in the given field} In all
   * other respects, the serde works like {@link #serde()}.
   *
   * @param field the field of the image in JSON
   */
  static Serde<ImageEvent> serde(ImageField field) {
    return serde(field, null);
  }

  /**
   * {@return the serde of input topics with a schema registry} The serde reads a value by its
   * schema if the value {@linkplain WireFormat#begins begins} like the wire format. As an
   * exception, the serde reads CloudEvents in structured mode as JSON. In all other respects, the
   * serde works like {@link #serde()}. Reading throws the exceptions of {@link
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
