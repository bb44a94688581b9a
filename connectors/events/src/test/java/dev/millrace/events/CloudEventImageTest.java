package dev.millrace.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloudEventImageTest {

  private static final byte[] IMAGE = {(byte) 0xFF, (byte) 0xD8, 0, 1, 2, '{', '}', -1};
  private static final String BASE64 = Base64.getEncoder().encodeToString(IMAGE);
  private static final String JSON_BASE64 =
      Base64.getEncoder()
          .encodeToString(("{\"image\":\"" + BASE64 + "\"}").getBytes(StandardCharsets.UTF_8));

  private static ImageEvent read(String json) {
    return read(json, "application/cloudevents+json; charset=UTF-8");
  }

  private static ImageEvent read(String json, String contentType) {
    Headers headers =
        new RecordHeaders().add("content-type", contentType.getBytes(StandardCharsets.UTF_8));
    return ImageEvent.serde()
        .deserializer()
        .deserialize("images", headers, json.getBytes(StandardCharsets.UTF_8));
  }

  private static String event(String data) {
    return "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/camera\",\"type\":\"photo\","
        + data
        + ",\"more\":{\"data\":1}}";
  }

  private static void assertImage(ImageEvent event) {
    assertThat(event)
        .isInstanceOfSatisfying(
            ImageEvent.Encoded.class, encoded -> assertThat(encoded.bytes()).isEqualTo(IMAGE));
  }

  private static void assertUnreadable(ImageEvent event, String reason) {
    assertThat(event)
        .isInstanceOfSatisfying(
            ImageEvent.Unreadable.class,
            unreadable -> assertThat(unreadable.reason()).contains(reason));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"datacontenttype\":\"image/png\",\"data_base64\":\"%1$s\"",
        "\"data_base64\":\"%1$s\",\"datacontenttype\":\"image/png\"",
        "\"data_base64\":\"%1$s\"",
        "\"data_base64\":\"%1$s\",\"data\":null",
        "\"datacontenttype\":\"application/json\",\"data_base64\":\"%2$s\"",
        "\"data_base64\":\"%2$s\",\"datacontenttype\":\"Application/JSON; charset=utf-8\"",
        "\"datacontenttype\":\"application/vnd.camera+json\",\"data_base64\":\"%2$s\"",
        "\"datacontenttype\":\"application/json\",\"data\":{\"image\":\"%1$s\",\"n\":[1]}",
        "\"data\":{\"n\":1,\"image\":\"%1$s\"},\"datacontenttype\":\"application/json\"",
        "\"data\":{\"image\":\"data:image/png;base64,%1$s\"}",
        "\"data\":{\"image\":\"%1$s\"},\"data_base64\":null",
        "\"datacontenttype\":\"image/png\",\"data\":\"%1$s\"",
        "\"data\":\"data:image/png;base64,%1$s\"",
        "\"data_base64\":\"%1$s\",\"datacontenttype\":null,\"dataref\":null"
      })
  void event_withAnImage_yieldsTheImage(String data) {
    assertImage(read(event(data.formatted(BASE64, JSON_BASE64))));
    assertImage(read(event(data.formatted(BASE64, JSON_BASE64)), "Application/CloudEvents+JSON"));
  }

  @Test
  void event_thatBeginsWithItsData_yieldsTheImage() {
    assertImage(read("{\"data_base64\":\"" + BASE64 + "\",\"specversion\":\"1.0\"}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"subject\":\"a\" | the CloudEvent has no data; expected ",
        "\"data\":null | the CloudEvent has no data",
        "\"data\":{} | the JSON value has no field \"image\"",
        "\"data\":7 | the JSON field \"data\" is not base64 text",
        "\"data\":[\"AAAA\"] | the JSON field \"data\" is not base64 text",
        "\"data\":\"Hello, world!\" | the JSON field \"data\" is not base64 text: ",
        "\"data_base64\":{\"image\":\"AAAA\"} | the JSON field \"data_base64\" is not base64 text",
        "\"data_base64\":\"AAAA\",\"data\":{\"image\":\"AAAA\"} | two fields with data",
        "\"data\":{\"image\":\"AAAA\"},\"data_base64\":\"AAAA\" | two fields with data",
        "\"data\":\"AAAA\",\"data\":\"AAAA\" | two fields with data",
        "\"datacontenttype\":\"application/json\",\"data_base64\":\"AAAA\" | not valid JSON",
        "\"dataref\":null | the CloudEvent has no data",
        "\"dataref\":{\"data\":\"AAAA\"} | the attribute \"dataref\" is not text",
        "\"sha256\":[],\"dataref\":\"a\" | the attribute \"sha256\" is not text",
        "\"datacontenttype\":{\"image\":\"AAAA\"} | attribute \"datacontenttype\" is not text"
      })
  void event_withoutAnImage_isUnreadable(String data, String reason) {
    assertUnreadable(read(event(data)), reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | the JSON value is not an object; expected {\"specversion\": \"1.0\"",
        "{} | specversion is \"\"; send version 1.0",
        "{\"specversion\":null,\"data\":\"AAAA\"} | specversion is \"\"; send version 1.0",
        "{\"specversion\":[\"1.0\"],\"data\":\"AAAA\"} | \"specversion\" is not text",
        "{\"specversion\":\"0.3\",\"data\":\"AAAA\"} | specversion is \"0.3\"",
        "{\"specversion\":\"1.0\",\"data\":\"AAAA\"}{} | continues after the JSON object",
        "GIF89a | not valid JSON"
      })
  void value_thatIsNoEvent_isUnreadable(String json, String reason) {
    assertUnreadable(read(json), reason);
  }

  @Test
  void event_whoseImageIsElsewhere_saysWhere() {
    assertThat(read(event("\"dataref\":\"s3://cats/1.jpg\",\"sha256\":\"0123\"")))
        .isEqualTo(new ImageEvent.Referenced(new ImageReference("s3://cats/1.jpg", "0123")));
    assertThat(read(event("\"data\":null,\"dataref\":\"s3://cats/1.jpg\"")))
        .isEqualTo(new ImageEvent.Referenced(new ImageReference("s3://cats/1.jpg", null)));
    assertThat(read(event("\"dataref\":\"s3://cats/1.jpg\",\"sha256\":null")))
        .isEqualTo(new ImageEvent.Referenced(new ImageReference("s3://cats/1.jpg", null)));
    assertImage(read(event("\"dataref\":\"s3://cats/1.jpg\",\"data\":\"" + BASE64 + "\"")));
  }

  /** An empty text is not an image, whichever field comes first. */
  @ParameterizedTest
  @ValueSource(strings = {"\"data_base64\":\"\"", "\"data\":\"\"", "\"data\":{\"image\":\"\"}"})
  void event_withEmptyData_saysWhereTheImageIs(String data) {
    ImageEvent elsewhere = new ImageEvent.Referenced(new ImageReference("s3://cats/1.jpg", null));
    assertThat(read(event(data + ",\"dataref\":\"s3://cats/1.jpg\""))).isEqualTo(elsewhere);
    assertThat(read(event("\"dataref\":\"s3://cats/1.jpg\"," + data))).isEqualTo(elsewhere);
    assertThat(read(event(data)))
        .isInstanceOfSatisfying(
            ImageEvent.Encoded.class, image -> assertThat(image.bytes()).isEmpty());
  }

  @Test
  void event_truncatedAnywhere_isUnreadable() {
    String whole = event("\"data\":{\"image\":\"" + BASE64 + "\"}");
    for (int length = 0; length < whole.length(); length++) {
      assertThat(read(whole.substring(0, length))).isInstanceOf(ImageEvent.Unreadable.class);
    }
  }

  @Test
  void event_withRandomBytesChanged_neverThrows() {
    Random random = new Random(7);
    byte[] whole =
        event("\"data_base64\":\"" + BASE64 + "\"").getBytes(StandardCharsets.ISO_8859_1);
    for (int round = 0; round < 2000; round++) {
      byte[] value = Arrays.copyOf(whole, whole.length);
      for (int change = random.nextInt(4); change >= 0; change--) {
        value[random.nextInt(value.length)] = (byte) random.nextInt(128);
      }
      assertThat(read(new String(value, StandardCharsets.ISO_8859_1))).isNotNull();
    }
  }
}
