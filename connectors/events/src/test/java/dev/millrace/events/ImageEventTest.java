package dev.millrace.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageEventTest {

  private static final Serde<ImageEvent> SERDE = ImageEvent.serde();
  private static final byte[] IMAGE = {(byte) 0xFF, (byte) 0xD8, 0, 1, 2, '{', '}', -1};
  private static final String BASE64 = Base64.getEncoder().encodeToString(IMAGE);
  private static final String EXPECTED = "expected {\"image\": \"<base64>\"}";

  @Test
  void value_withoutHeaders_isTheImageItself() {
    assertEncoded(read(IMAGE, new RecordHeaders()), IMAGE);
    assertEncoded(SERDE.deserializer().deserialize("images", IMAGE), IMAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON",
        " application/json ",
        "application/json;charset=utf-8",
        "application/json ; charset=\"UTF-8\"; v=1",
        "application/vnd.api+json",
        "Application/Problem+JSON; charset=utf-8"
      })
  void value_ofAJsonContentType_isReadAsJson(String contentType) {
    assertEncoded(read(json(BASE64), contentType(contentType)), IMAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";",
        "image/jpeg",
        "application/octet-stream",
        "application/jsonx",
        "text/json",
        "image/svg+json",
        "video/mp4"
      })
  void value_ofAnotherContentType_isTheImageItself(String contentType) {
    assertEncoded(read(IMAGE, contentType(contentType)), IMAGE);
  }

  @Test
  void value_ofANullContentType_isTheImageItself() {
    assertEncoded(read(IMAGE, new RecordHeaders().add("content-type", null)), IMAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Type", "CONTENT-TYPE", "content-Type"})
  void contentType_isReadWhateverItsCase(String name) {
    assertEncoded(
        read(json(BASE64), new RecordHeaders().add(name, bytes("application/json"))), IMAGE);
  }

  @Test
  void contentType_givenTwice_isTheLastOne() {
    Headers headers = contentType("image/png").add("content-type", bytes("application/json"));

    assertEncoded(read(json(BASE64), headers), IMAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"image\":\"%s\",\"id\":7}",
        "{\"meta\":{\"image\":\"no\",\"deep\":[[{\"image\":1}],{}]},\"image\":\"%s\"}",
        "{\"tags\":[1,[2,{}],\"image\"],\"image\":\"%s\",\"last\":null}",
        " \r\n{ \"image\" : \"%s\" }\n ",
        "{\"\\u0069mage\":\"%s\"}"
      })
  void json_withMoreThanTheImage_yieldsTheImage(String json) {
    assertEncoded(readJson(json.formatted(BASE64)), IMAGE);
  }

  @Test
  void json_withALargeImage_yieldsEveryByte() {
    byte[] large = new byte[16_000_000];
    new Random(3).nextBytes(large);

    byte[] value = json(Base64.getEncoder().encodeToString(large));

    assertEncoded(read(value, contentType("application/json")), large);
  }

  @Test
  void json_withAnEmptyImage_isAnEmptyImage() {
    assertEncoded(readJson("{\"image\":\"\"}"), new byte[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "null", "7", "\"text\"", "[{\"image\":\"AAAA\"}]"})
  void json_thatIsNoObject_isUnreadable(String json) {
    assertUnreadable(readJson(json), "the JSON value is not an object; " + EXPECTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"Image\":\"AAAA\"}", "{\"meta\":{\"image\":\"AAAA\"}}"})
  void json_withoutAnImage_isUnreadable(String json) {
    assertUnreadable(readJson(json), "the JSON value has no field \"image\"; " + EXPECTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "true", "[\"AAAA\"]", "{\"image\":\"AAAA\"}"})
  void json_withAnImageOfAnotherType_isUnreadable(String image) {
    assertUnreadable(
        readJson("{\"image\":" + image + "}"), "the JSON field \"image\" is not base64 text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"image\":null}", "{\"id\":7,\"dataref\":null,\"image\":null}"})
  void json_withoutAnyImage_isUnreadable_andSaysThatTheFieldIsNull(String json) {
    assertUnreadable(readJson(json), "the JSON field \"image\" is null; " + EXPECTED);
  }

  /** Serializers of classes also write the fields that are null or empty. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"image\":null,\"dataref\":\"s3://cats/1.jpg\"}",
        "{\"dataref\":\"s3://cats/1.jpg\",\"sha256\":null,\"image\":null}",
        "{\"image\":\"\",\"dataref\":\"s3://cats/1.jpg\"}",
        "{\"ce_dataref\":\"s3://cats/1.jpg\",\"image\":\" \"}"
      })
  void json_whoseImageIsNullOrEmpty_saysWhereItIs(String json) {
    assertThat(readJson(json))
        .isEqualTo(new ImageEvent.Referenced(new ImageReference("s3://cats/1.jpg", null)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "{\"photo\":null}", "{\"photo\":\"\"}", "{}"})
  void json_whoseImageFieldIsBelowANull_saysWhereItIs(String payload) {
    assertThat(readPayload("{\"payload\":" + payload + ",\"dataref\":\"s3://cats/1.jpg\"}"))
        .isEqualTo(new ImageEvent.Referenced(new ImageReference("s3://cats/1.jpg", null)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"image\":null,\"image\":\"%s\"}",
        "{\"image\":\"AAAA\",\"image\":\"%s\"}",
        "{\"image\":\"%s\",\"id\":7,\"\\u0069mage\":\"%s\"}",
        "{\"image\":\"\",\"image\":\"%s\"}"
      })
  void json_withTwoImages_isUnreadable(String json) {
    assertUnreadable(
        readJson(json.formatted(BASE64, BASE64)), "the JSON value has two fields \"image\"");
  }

  @Test
  void json_withAnotherFieldTwice_yieldsTheImage() {
    assertEncoded(readJson("{\"id\":1,\"image\":\"" + BASE64 + "\",\"id\":2}"), IMAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"A", "AAAAA", "AA=A", "AAAA=", "AA==AA", "!!!!", "AA*A", "ÄÄÄÄ", "=", "AAA%3D"})
  void json_withBadBase64_isUnreadable(String image) {
    assertUnreadable(
        readJson("{\"image\":\"" + image + "\"}"), "the JSON field \"image\" is not base64 text: ");
  }

  /** Each text encodes the bytes FB FF FE 00. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "+//+AA==",
        "+//+AA",
        "-__-AA==",
        "-__-AA",
        "-_/+AA",
        "+\\/\\/+AA==",
        "\\u002b//+AA==",
        "+//+\\r\\nAA==\\n",
        " +// +AA ",
        "data:image/png;base64,+//+AA==",
        "data:;base64,-__-AA",
        "DATA:Image/X-Whatever+xml;charset=a-b_c;BASE64,+//+AA",
        "data:application/octet-stream;base64,+//+AA==",
        "data:image/jpeg;base64, +//+\\nAA=="
      })
  void json_withAnyKindOfBase64_yieldsTheImage(String text) {
    byte[] image = {(byte) 0xFB, (byte) 0xFF, (byte) 0xFE, 0};
    assertEncoded(readJson("{\"image\":\"" + text + "\"}"), image);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data:text/plain;base64,AAAA | the data URL holds text/plain, not an image",
        "data:image/svg+xml,%3Csvg%3E | the data URL is not in base64",
        "data:image/png;base64 | the data URL is not in base64",
        "data:image/png;base64,A | the JSON field \"image\" is not base64 text: ",
        "https://example.org/cat.png | the JSON field \"image\" is not base64 text: "
      })
  void json_withAnotherText_isUnreadable(String text, String reason) {
    assertUnreadable(readJson("{\"image\":\"" + text + "\"}"), reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"payload\":{\"photo\":\"%s\"}}",
        "{\"photo\":\"no\",\"payload\":{\"photo\":\"%s\",\"x\":[{}]},\"image\":1}"
      })
  void json_withAnotherField_yieldsTheImage(String json) {
    assertEncoded(readPayload(json.formatted(BASE64)), IMAGE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"image\":\"AAAA\"} | the JSON value has no field \"payload.photo\"; expected"
            + " {\"payload\": {\"photo\": \"<base64>\"}}",
        "{\"payload\":{}} | the JSON value has no field \"payload.photo\"",
        "{\"payload\":7} | the JSON field \"payload\" is not an object",
        "{\"payload\":null} | the JSON field \"payload.photo\" is null",
        "{\"payload\":{\"photo\":\"AAAA\"},\"payload\":{\"photo\":\"AAAA\"}} | has two fields"
      })
  void json_withoutTheOtherField_isUnreadable(String json, String reason) {
    assertUnreadable(readPayload(json), reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a.", ".a", "a..b"})
  void field_withoutAName_isRefused(String field) {
    assertThatThrownBy(() -> ImageField.of(field))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("image-field: '" + field + "' is not the name of a field");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/cloudevents+avro | application/cloudevents+json",
        "application/cloudevents-batch+json | send one event per record",
        "application/avro | not in the wire format of a schema registry",
        "application/x-protobuf | not in the wire format of a schema registry"
      })
  void value_ofATypeThatIsNotRead_isUnreadable(String type, String reason) {
    assertUnreadable(read(IMAGE, contentType(type)), reason);
    assertUnreadable(read(IMAGE, contentType(type)), type);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/avro", "application/protobuf", "application/json"})
  void value_ofARegistry_isNamedWithItsSchema_ifThereIsNoRegistry(String type) {
    assertUnreadable(
        read(new byte[] {0, 0, 0, 1, 2, 7}, contentType(type)),
        "(schema id 258), and no registry is set");
  }

  @Test
  void value_ofARegistry_isReadByIt() {
    Serde<ImageEvent> serde =
        ImageEvent.serde(
            ImageField.DEFAULT,
            value -> new ImageEvent.Unreadable("schema " + WireFormat.schemaId(value)));
    byte[] framed = WireFormat.frame(258, 1).put((byte) 7).array();

    for (String type : List.of("", "application/avro", "application/json", "image/png")) {
      assertUnreadable(
          serde.deserializer().deserialize("images", contentType(type), framed), "schema 258");
    }
    assertUnreadable(serde.deserializer().deserialize("images", framed), "schema 258");
    assertEncoded(serde.deserializer().deserialize("images", IMAGE), IMAGE);
    assertEncoded(
        serde.deserializer().deserialize("images", contentType("application/json"), json(BASE64)),
        IMAGE);
  }

  /** HEIC, AVIF, JPEG 2000 and JPEG XL files begin with a byte 0, like the wire format. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0\0\0\u0018ftypheic\0\0\0\0",
        "\0\0\0\u001cftypavif\0\0\0\0",
        "\0\0\0\u000cjP  \r\n",
        "\0\0\0\u000cJXL \r\n"
      })
  void imageFile_thatFitsNoSchema_isTheImageItself(String start) {
    byte[] file = start.getBytes(StandardCharsets.ISO_8859_1);
    Serde<ImageEvent> strange =
        ImageEvent.serde(ImageField.DEFAULT, value -> new ImageEvent.Unreadable("strange"));
    Serde<ImageEvent> known =
        ImageEvent.serde(ImageField.DEFAULT, value -> new ImageEvent.Encoded(IMAGE));

    assertEncoded(strange.deserializer().deserialize("images", file), file);
    assertEncoded(
        strange.deserializer().deserialize("images", contentType("image/heic"), file), file);
    assertEncoded(known.deserializer().deserialize("images", file), IMAGE);
    for (int length = WireFormat.HEADER_BYTES; length < 8; length++) {
      assertUnreadable(
          strange.deserializer().deserialize("images", Arrays.copyOf(file, length)), "strange");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"}", "{}", " 7", ",", "]", "\u0000", "x"})
  void json_withTrailingGarbage_isUnreadable(String garbage) {
    assertThat(readJson("{\"image\":\"AAAA\"}" + garbage))
        .isInstanceOf(ImageEvent.Unreadable.class);
  }

  @Test
  void json_truncatedAnywhere_isUnreadable() {
    byte[] whole = bytes("{\"meta\":[1,{\"a\":null}],\"image\":\"" + BASE64 + "\"}");
    for (int length = 0; length < whole.length; length++) {
      assertUnreadable(read(Arrays.copyOf(whole, length), contentType("application/json")), "JSON");
    }
  }

  @Test
  void json_nestedWithoutEnd_isUnreadable() {
    assertUnreadable(readJson("{\"a\":" + "[".repeat(100_000)), "the value is not valid JSON");
  }

  /** A value of fewer than five bytes is too short for the wire format of a schema registry. */
  @Test
  void value_ofAFewZeros_isTheImageItself() {
    for (int length = 1; length < WireFormat.HEADER_BYTES; length++) {
      byte[] zeros = new byte[length];
      ImageEvent event =
          ImageEvent.serde(ImageField.DEFAULT, framed -> new ImageEvent.Unreadable("registered"))
              .deserializer()
              .deserialize("images", zeros);
      assertThat(event)
          .isInstanceOfSatisfying(
              ImageEvent.Encoded.class, image -> assertThat(image.bytes()).isEqualTo(zeros));
    }
  }

  @Test
  void claimCheck_withoutAValueOfItsHeader_isNone() {
    assertThat(
            ImageEvent.serde()
                .deserializer()
                .deserialize("images", new RecordHeaders().add("ce_dataref", null), (byte[]) null))
        .isNull();
  }

  /**
   * The first letter is U+0141. Its low byte equals the code of A, so a reader that cuts off the
   * high byte would accept the text.
   */
  @Test
  void json_withLettersThatAreNotAscii_isUnreadable() {
    assertThat(
            ImageEvent.serde()
                .deserializer()
                .deserialize(
                    "images",
                    new RecordHeaders()
                        .add("content-type", "application/json".getBytes(StandardCharsets.UTF_8)),
                    "{\"image\":\"\u0141AAA\"}".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ImageEvent.Unreadable.class);
  }

  @Test
  void value_thatIsNull_staysNull() {
    assertThat(read(null, new RecordHeaders())).isNull();
    assertThat(read(null, contentType("application/json"))).isNull();
    assertThat(SERDE.deserializer().deserialize("images", null)).isNull();
    assertThat(SERDE.serializer().serialize("images", null)).isNull();
  }

  @Test
  void value_thatIsEmpty_isAnEmptyImage() {
    assertEncoded(read(new byte[0], new RecordHeaders()), new byte[0]);
  }

  @Test
  void claimCheck_withoutAValue_isAReference() {
    String uri = "https://example.org/cat.jpg";
    for (byte[] value : new byte[][] {null, {}}) {
      assertThat(read(value, claimCheck()))
          .isEqualTo(new ImageEvent.Referenced(new ImageReference(uri, null)));
      assertThat(
              read(
                  value,
                  claimCheck()
                      .add("content-type", bytes("application/json"))
                      .add("ce_sha256", bytes("0123"))))
          .isEqualTo(new ImageEvent.Referenced(new ImageReference(uri, "0123")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ce_dataref", "dataref", "CE_DataRef"})
  void claimCheck_mayHaveAnyOfTheNames(String header) {
    Headers headers =
        new RecordHeaders().add(header, bytes("s3://cats/1.jpg")).add("sha256", bytes("0123"));

    assertThat(read(null, headers))
        .isEqualTo(new ImageEvent.Referenced(new ImageReference("s3://cats/1.jpg", "0123")));
    headers.add("ce_dataref", bytes("s3://cats/2.jpg")).add("dataref", bytes("s3://cats/3.jpg"));
    assertThat(read(null, headers))
        .isEqualTo(new ImageEvent.Referenced(new ImageReference("s3://cats/2.jpg", "0123")));
  }

  @Test
  void json_whoseImageIsElsewhere_saysWhere() {
    Headers json = contentType("application/json");
    assertThat(read(bytes("{\"sha256\":\"0123\",\"dataref\":\"s3://cats/1.jpg\"}"), json))
        .isEqualTo(new ImageEvent.Referenced(new ImageReference("s3://cats/1.jpg", "0123")));
    assertThat(read(bytes("{\"ce_dataref\":\"s3://cats/1.jpg\",\"sha256\":null}"), json))
        .isEqualTo(new ImageEvent.Referenced(new ImageReference("s3://cats/1.jpg", null)));
    assertEncoded(
        read(bytes("{\"dataref\":\"s3://cats/1.jpg\",\"image\":\"" + BASE64 + "\"}"), json), IMAGE);
    assertThat(read(bytes("{\"dataref\":[\"s3://cats/1.jpg\"]}"), json))
        .isEqualTo(new ImageEvent.Unreadable("the attribute \"dataref\" is not text"));
    assertThat(read(bytes("{\"deep\":{\"dataref\":\"s3://cats/1.jpg\"}}"), json))
        .isInstanceOf(ImageEvent.Unreadable.class);
  }

  @Test
  void reference_isWrittenOnlyWithItsHeaders() {
    ImageEvent event = read(null, claimCheck());

    assertThat(SERDE.serializer().serialize("images", claimCheck(), event)).isNull();
    assertThatThrownBy(() -> SERDE.serializer().serialize("images", new RecordHeaders(), event))
        .isInstanceOf(SerializationException.class)
        .hasMessageStartingWith("an event without its image cannot be written");
  }

  @Test
  void claimCheck_withAValue_isTheValue() {
    assertEncoded(read(IMAGE, claimCheck()), IMAGE);
    assertEncoded(
        read(json(BASE64), claimCheck().add("content-type", bytes("application/json"))), IMAGE);
  }

  @Test
  void json_ofRandomBytes_neverThrows() {
    Random random = new Random(2026);
    Headers headers = contentType("application/json");
    for (int round = 0; round < 2000; round++) {
      byte[] value = new byte[random.nextInt(200)];
      random.nextBytes(value);

      assertThat(read(value, headers)).isInstanceOf(ImageEvent.Unreadable.class);
    }
  }

  @Test
  void json_withRandomBytesChanged_neverThrows() {
    Random random = new Random(7);
    Headers headers = contentType("application/json");
    byte[] whole = bytes("{\"meta\":[1.5e3,{\"a\":\"\\u00e4\"}],\"image\":\"" + BASE64 + "\"}");
    for (int round = 0; round < 2000; round++) {
      byte[] value = whole.clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        value[random.nextInt(value.length)] = (byte) random.nextInt(256);
      }

      assertThat(read(value, headers)).isNotNull();
    }
  }

  @Test
  void image_written_isItsBytes() {
    assertThat(SERDE.serializer().serialize("images", new ImageEvent.Encoded(IMAGE)))
        .isEqualTo(IMAGE);
  }

  /**
   * The deserializer reads a record in the format in which the serializer wrote it, because the
   * headers stay unchanged.
   */
  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/x+json", "image/png"})
  void image_written_isReadAgain(String contentType) {
    Headers headers = contentType(contentType);
    ImageEvent event = new ImageEvent.Encoded(IMAGE);

    assertEncoded(read(SERDE.serializer().serialize("images", headers, event), headers), IMAGE);
    assertThat(SERDE.serializer().serialize("images", headers, null)).isNull();
  }

  @Test
  void unreadable_cannotBeWritten() {
    assertThatThrownBy(
            () -> SERDE.serializer().serialize("images", new ImageEvent.Unreadable("torn")))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("torn");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/cloudevents+json", "application/avro"})
  void image_isNotWrittenInAFormatThatNeedsMore(String type) {
    ImageEvent event = new ImageEvent.Encoded(IMAGE);
    assertThatThrownBy(() -> SERDE.serializer().serialize("images", contentType(type), event))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("cannot be written as " + type);
  }

  @Test
  void image_writtenToAnotherField_isReadAgain() {
    Serde<ImageEvent> serde = ImageEvent.serde(ImageField.of("a\"b.c"));
    Headers headers = contentType("application/json");
    byte[] written = serde.serializer().serialize("images", headers, new ImageEvent.Encoded(IMAGE));

    assertEncoded(serde.deserializer().deserialize("images", headers, written), IMAGE);
  }

  private static ImageEvent readPayload(String json) {
    return ImageEvent.serde(ImageField.of("payload.photo"))
        .deserializer()
        .deserialize("images", contentType("application/json"), bytes(json));
  }

  private static ImageEvent readJson(String json) {
    return read(bytes(json), contentType("application/json"));
  }

  private static ImageEvent read(byte[] value, Headers headers) {
    return SERDE.deserializer().deserialize("images", headers, value);
  }

  private static void assertEncoded(ImageEvent event, byte[] image) {
    assertThat(event)
        .isInstanceOfSatisfying(
            ImageEvent.Encoded.class, encoded -> assertThat(encoded.bytes()).isEqualTo(image));
  }

  private static void assertUnreadable(ImageEvent event, String partOfTheReason) {
    assertThat(event)
        .isInstanceOfSatisfying(
            ImageEvent.Unreadable.class,
            unreadable ->
                assertThat(unreadable.reason()).contains(partOfTheReason).hasLineCount(1));
  }

  private static Headers contentType(String contentType) {
    return new RecordHeaders().add("content-type", bytes(contentType));
  }

  private static RecordHeaders claimCheck() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("ce_dataref", bytes("https://example.org/cat.jpg"));
    return headers;
  }

  private static byte[] json(String base64) {
    return bytes("{\"image\":\"" + base64 + "\"}");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
