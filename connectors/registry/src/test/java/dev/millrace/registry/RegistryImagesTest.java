package dev.millrace.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageField;
import dev.millrace.events.ImageReference;
import dev.millrace.events.WireFormat;
import dev.millrace.testing.SchemaRegistryStub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryImagesTest {

  private static final byte[] IMAGE = {(byte) 0xFF, (byte) 0xD8, 0, 1, 2, '{', '}', -1};

  private static final String PHOTO =
      """
      {"type": "record", "name": "Photo", "fields": [
        {"name": "tags", "type": {"type": "map", "values": ["null", "string", "long"]}},
        {"name": "payload", "type": ["null", {"type": "record", "name": "Payload", "fields": [
          {"name": "note", "type": "string"},
          {"name": "image", "type": %s},
          {"name": "after", "type": "int"}]}]},
        {"name": "last", "type": "double"}]}""";

  private static final String MESSAGES =
      """
      syntax = "proto3";
      package com.example; // a comment
      import "other.proto";
      enum Kind { UNKNOWN = 0; }
      message Ignored { string image = 1; message Inner { bytes image = 7; } }
      message Photo {
        string note = 1;
        oneof content { bytes image = 20; string url = 21; }
        Payload payload = 3;
        other.Blob blob = 4;
        map<string, string> tags = 5;
        repeated int32 sizes = 6;
        message Payload { bytes image = 2; }
      }
      """;

  private SchemaRegistryStub registry;

  @BeforeEach
  void start() throws IOException {
    registry = new SchemaRegistryStub();
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private Deserializer<ImageEvent> images(String field) {
    return SchemaRegistry.of(Map.of("schema.registry.url", registry.url()))
        .images(ImageField.of(field))
        .deserializer();
  }

  private ImageEvent read(String field, byte[] value) {
    return images(field).deserialize("images", value);
  }

  private static byte[] framed(int id, byte[] event) {
    return WireFormat.frame(id, event.length).put(event).array();
  }

  private static byte[] avro(Schema schema, Object datum) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder out = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<>(schema).write(datum, out);
    out.flush();
    return bytes.toByteArray();
  }

  private byte[] photo(String type, Object image) throws IOException {
    String text = PHOTO.formatted(type);
    Schema schema = new Schema.Parser().parse(text);
    GenericRecord photo = new GenericData.Record(schema);
    photo.put("tags", Map.of("a", 7L));
    Schema payloadSchema = schema.getField("payload").schema().getTypes().get(1);
    GenericRecord payload = new GenericData.Record(payloadSchema);
    payload.put("note", "n".repeat(100));
    payload.put(
        "image",
        type.contains("fixed")
            ? new GenericData.Fixed(payloadSchema.getField("image").schema(), IMAGE)
            : image);
    payload.put("after", 7);
    photo.put("payload", payload);
    photo.put("last", 1.5);
    return framed(registry.register("images-value", "AVRO", text), avro(schema, photo));
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
        "\"bytes\"",
        "[\"null\", \"bytes\"]",
        "{\"type\": \"fixed\", \"name\": \"Pixels\", \"size\": 8}"
      })
  void avroRecord_yieldsItsImage(String type) throws IOException {
    assertImage(read("payload.image", photo(type, ByteBuffer.wrap(IMAGE))));
  }

  @Test
  void avroBytes_areTheImage() throws IOException {
    Schema schema = Schema.create(Schema.Type.BYTES);
    int id = registry.register("images-value", "AVRO", "\"bytes\"");
    assertImage(read("image", framed(id, avro(schema, ByteBuffer.wrap(IMAGE)))));
  }

  @ParameterizedTest
  @CsvSource({
    "payload.picture, it has no field \"payload.picture\"",
    "image, it has no field \"image\"",
    "payload.note, its field \"payload.note\" is of the type string",
    "payload, its field \"payload\" is of the type record",
    "payload.note.image, its field \"note\" is not a record"
  })
  void avroRecord_withoutTheField_isUnreadable(String field, String reason) throws IOException {
    assertUnreadable(read(field, photo("\"bytes\"", ByteBuffer.wrap(IMAGE))), reason);
  }

  @Test
  void avroRecord_withANullImage_isUnreadable() throws IOException {
    assertUnreadable(
        read("payload.image", photo("[\"null\", \"bytes\"]", null)),
        "a record with the schema 1: its field \"payload.image\" is null");
  }

  @Test
  void avroRecord_withAnEnormousLength_isUnreadable() throws IOException {
    int id =
        registry.register(
            "images-value",
            "AVRO",
            """
            {"type":"record","name":"P","fields":[{"name":"image","type":"bytes"}]}""");
    Schema length = Schema.create(Schema.Type.LONG);
    for (long bytes : new long[] {Integer.MAX_VALUE - 8, Long.MAX_VALUE, -1}) {
      assertUnreadable(
          read("image", framed(id, avro(length, bytes))), "does not fit the schema " + id);
    }
  }

  /** With these counts and lengths, Avro's own code would loop for years or skip backwards. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"array\",\"items\":\"null\"} | 9223372036854775807",
        "{\"type\":\"array\",\"items\":\"string\"} | -1 -2",
        "{\"type\":\"array\",\"items\":\"string\"} | -1 9223372036854775807",
        "{\"type\":\"array\",\"items\":\"string\"} | 4611686018427387904 -1",
        "{\"type\":\"map\",\"values\":\"null\"} | 4611686018427387904 -1",
        "{\"type\":\"map\",\"values\":\"int\"} | -1 -2",
        "\"string\" | -3",
        "\"bytes\" | 9223372036854775807",
        "[\"null\",\"int\"] | 2",
        "[\"null\",\"int\"] | -1",
        "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2147483647} | 1"
      })
  void avroRecord_whoseOtherFieldIsDamaged_isUnreadable(String type, String numbers)
      throws IOException {
    int id =
        registry.register(
            "images-value",
            "AVRO",
            "{\"type\":\"record\",\"name\":\"P\",\"fields\":[{\"name\":\"other\",\"type\":"
                + type
                + "},{\"name\":\"image\",\"type\":\"bytes\"}]}");
    ByteArrayOutputStream event = new ByteArrayOutputStream();
    for (String number : numbers.split(" ", -1)) {
      event.writeBytes(avro(Schema.create(Schema.Type.LONG), Long.parseLong(number)));
    }
    assertUnreadable(
        read("image", framed(id, event.toByteArray())), "does not fit the schema " + id);
  }

  @Test
  void avroFixed_thatIsLargerThanTheValue_isUnreadable() {
    int id =
        registry.register(
            "images-value",
            "AVRO",
            """
            {"type":"record","name":"P","fields":[
              {"name":"image","type":{"type":"fixed","name":"F","size":2147483647}}]}""");
    assertUnreadable(read("image", framed(id, IMAGE)), "does not fit the schema " + id);
  }

  /** No single block has more items than the value has bytes, but all blocks together have more. */
  @Test
  void avroRecord_withManyBlocksOfItemsWithoutASize_isUnreadable() throws IOException {
    int id =
        registry.register(
            "images-value",
            "AVRO",
            """
            {"type":"record","name":"P","fields":[
              {"name":"nulls","type":{"type":"array","items":"null"}},
              {"name":"image","type":"bytes"}]}""");
    byte[] image = {0, 4, 7, 7};

    byte[] few = ByteBuffer.allocate(5).put((byte) 8).put(image).array();
    assertThat(read("image", framed(id, few))).isInstanceOf(ImageEvent.Encoded.class);
    byte[] many = ByteBuffer.allocate(6).put((byte) 18).put((byte) 18).put(image).array();
    assertUnreadable(read("image", framed(id, many)), "9 items, more than the value has bytes");
  }

  /**
   * Tests items that take no bytes. Also tests arrays in several blocks with sizes, as Avro's
   * libraries for C and Java write them.
   */
  @Test
  void avroRecord_withEveryOtherType_yieldsItsImage() throws IOException {
    String text =
        """
        {"type":"record","name":"P","fields":[
          {"name":"a","type":{"type":"array","items":{"type":"map","values":["null","double"]}}},
          {"name":"b","type":{"type":"array","items":"null"}},
          {"name":"c","type":{"type":"enum","name":"E","symbols":["X","Y"]}},
          {"name":"d","type":{"type":"fixed","name":"F","size":3}},
          {"name":"e","type":{"type":"record","name":"R","fields":[
            {"name":"f","type":"float"},{"name":"g","type":"boolean"},{"name":"h","type":"null"}]}},
          {"name":"i","type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}},
          {"name":"j","type":{"type":"long","logicalType":"timestamp-millis"}},
          {"name":"k","type":{"type":"int","logicalType":"date"}},
          {"name":"l","type":"double"},
          {"name":"image","type":"bytes"}]}""";
    Schema schema = new Schema.Parser().parse(text);
    GenericRecord photo = new GenericData.Record(schema);
    Map<String, Double> map = new HashMap<>();
    map.put("x", 1.5);
    map.put("y", null);
    photo.put("a", List.of(map, Map.of()));
    photo.put("b", Collections.nCopies(20, null));
    photo.put("c", new GenericData.EnumSymbol(schema.getField("c").schema(), "Y"));
    photo.put("d", new GenericData.Fixed(schema.getField("d").schema(), new byte[3]));
    GenericRecord inner = new GenericData.Record(schema.getField("e").schema());
    inner.put("f", 1.5f);
    inner.put("g", true);
    photo.put("e", inner);
    photo.put("i", ByteBuffer.wrap(new byte[] {1, 2}));
    photo.put("j", Long.MAX_VALUE);
    photo.put("k", Integer.MIN_VALUE);
    photo.put("l", 1.5);
    photo.put("image", ByteBuffer.wrap(IMAGE));
    int id = registry.register("images-value", "AVRO", text);

    assertImage(read("image", framed(id, avro(schema, photo))));
    ByteArrayOutputStream blocks = new ByteArrayOutputStream();
    BinaryEncoder out =
        new EncoderFactory().configureBlockSize(64).blockingBinaryEncoder(blocks, null);
    new GenericDatumWriter<>(schema).write(photo, out);
    out.flush();
    assertImage(read("image", framed(id, blocks.toByteArray())));
  }

  /** Other languages' libraries register names and defaults that Avro's Java library refuses. */
  @Test
  void avroSchema_withOddNamesAndDefaults_isReadable() throws IOException {
    int id =
        registry.register(
            "images-value",
            "AVRO",
            """
            {"type":"record","name":"my-photo","fields":[
              {"name":"width-px","type":["null","int"],"default":7},
              {"name":"image","type":"bytes","default":null}]}""");
    ByteArrayOutputStream event = new ByteArrayOutputStream();
    event.write(0);
    event.writeBytes(avro(Schema.create(Schema.Type.BYTES), ByteBuffer.wrap(IMAGE)));
    assertImage(read("image", framed(id, event.toByteArray())));
  }

  @Test
  void avroText_isNoImage() {
    int id = registry.register("images-value", "AVRO", "\"string\"");
    assertUnreadable(
        read("image", framed(id, new byte[] {2, 'a'})), "it is of the type string, not a record");
  }

  @Test
  void avroRecord_ofALaterSchema_yieldsItsImage() throws IOException {
    Deserializer<ImageEvent> images = images("payload.image");
    assertImage(images.deserialize("images", photo("\"bytes\"", ByteBuffer.wrap(IMAGE))));
    assertImage(
        images.deserialize("images", photo("[\"null\", \"bytes\"]", ByteBuffer.wrap(IMAGE))));
    assertThat(registry.subjects()).containsExactly(Map.entry("images-value", List.of(1, 2)));
  }

  @Test
  void avroRecord_thatIsNestedWithoutEnd_isUnreadable() throws IOException {
    int id =
        registry.register(
            "images-value",
            "AVRO",
            """
            {"type":"record","name":"P","fields":[
              {"name":"next","type":["null","P"]},{"name":"image","type":"bytes"}]}""");
    byte[] nested = new byte[1_000_000];
    Arrays.fill(nested, (byte) 2); // the union's second type, again and again
    assertUnreadable(read("image", framed(id, nested)), "is nested too deeply");
  }

  /** {@return a value whose schema uses the schema of the subject {@code com.example.Blob}} */
  private byte[] valueThatUsesABlob() throws IOException {
    int id =
        registry.register(
            "images-value",
            "AVRO",
            """
            {"type":"record","name":"P","fields":[{"name":"blob","type":"com.example.Blob"}]}""",
            "com.example.Blob");
    return framed(id, avro(Schema.create(Schema.Type.BYTES), ByteBuffer.wrap(IMAGE)));
  }

  private void registerBlob() {
    registry.register(
        "com.example.Blob",
        "AVRO",
        """
        {"type":"record","name":"Blob","namespace":"com.example","fields":[{"name":"image","type":"bytes"}]}""");
  }

  @Test
  void avroRecord_ofAnotherSubject_isReadWithIt() throws IOException {
    registerBlob();
    assertImage(read("blob.image", valueThatUsesABlob()));
  }

  @Test
  void avroRecord_ofADeletedSubject_isReadWithIt() throws IOException {
    registerBlob();
    registry.delete("com.example.Blob");
    assertImage(read("blob.image", valueThatUsesABlob()));
  }

  /** Another attempt would fail, too, so it would stop the partition. */
  @Test
  void schemaThatUsesAnUnknownOne_isUnreadable() throws IOException {
    assertUnreadable(
        read("blob.image", valueThatUsesABlob()),
        "the schema registry has no version 1 of the subject com.example.Blob, which the schema"
            + " uses");
    int protobuf = registry.register("other-value", "PROTOBUF", MESSAGES, "other.proto");
    assertUnreadable(
        read("image", framed(protobuf, new byte[] {0})),
        "the schema registry has no version 1 of the subject other.proto");
  }

  @Test
  void value_truncatedAnywhere_isUnreadable() throws IOException {
    byte[] whole = photo("\"bytes\"", ByteBuffer.wrap(IMAGE));
    Deserializer<ImageEvent> images = images("payload.image");
    int end = whole.length - Double.BYTES - 1; // of the image; what follows is not read
    for (int length = WireFormat.HEADER_BYTES; length < end; length++) {
      assertThat(images.deserialize("images", Arrays.copyOf(whole, length)))
          .isInstanceOf(ImageEvent.Unreadable.class);
    }
  }

  @Test
  void value_withRandomBytesChanged_isNoFailure() throws IOException {
    Random random = new Random(7);
    byte[] avro = photo("\"bytes\"", ByteBuffer.wrap(IMAGE));
    byte[] protobuf = message(1, 20);
    Deserializer<ImageEvent> images = images("payload.image");
    for (byte[] whole : new byte[][] {avro, protobuf}) {
      for (int round = 0; round < 1000; round++) {
        byte[] value = whole.clone();
        int from = WireFormat.HEADER_BYTES;
        value[from + random.nextInt(value.length - from)] = (byte) random.nextInt(256);
        assertThat(images.deserialize("images", value)).isNotNull();
      }
    }
  }

  private int messages() {
    registry.register(
        "other.proto",
        "PROTOBUF",
        "syntax = \"proto3\"; package other; message Blob { bytes image = 1; }");
    return registry.register("images-value", "PROTOBUF", MESSAGES, "other.proto");
  }

  /**
   * {@return a Photo or another message of the schema, with the image in the field with this
   * number}
   */
  private byte[] message(int index, int number) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeSInt32NoTag(1);
    out.writeSInt32NoTag(index);
    out.writeString(1, "note");
    out.writeByteArray(3, nested(2));
    out.writeByteArray(4, nested(1));
    out.writeInt32(6, 7);
    out.writeByteArray(number, IMAGE);
    out.writeString(5, "");
    out.flush();
    return framed(messages(), bytes.toByteArray());
  }

  private static byte[] nested(int number) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeBytes(number, ByteString.copyFrom(IMAGE));
    out.flush();
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"image", "payload.image", "blob.image"})
  void protobufMessage_yieldsItsImage(String field) throws IOException {
    assertImage(read(field, message(1, 20)));
  }

  @ParameterizedTest
  @CsvSource({
    "picture, 1, it has no field \"picture\"",
    "note, 1, its field \"note\" is of the type string",
    "note.image, 1, its type string is not a message",
    "payload.picture, 1, it has no field \"payload.picture\"",
    "image, 0, its field \"image\" is of the type string",
    "image, 2, the schema has no message type at [2]"
  })
  void protobufMessage_withoutTheField_isUnreadable(String field, int index, String reason)
      throws IOException {
    assertUnreadable(read(field, message(index, 20)), reason);
  }

  @Test
  void protobufMessage_whoseImageIsNotSet_isUnreadable() throws IOException {
    assertUnreadable(read("image", message(1, 30)), "its field \"image\" is not set");
  }

  /**
   * A reader must refuse a repeated field, because it would return only the last of several images.
   */
  @ParameterizedTest
  @CsvSource({"images, images", "photos.image, photos"})
  void protobufField_thatIsRepeated_isUnreadable(String field, String repeated) {
    int id =
        registry.register(
            "images-value",
            "PROTOBUF",
            "syntax = \"proto3\"; message P { repeated bytes images = 1; repeated P photos = 2;"
                + " bytes image = 3; }");
    assertUnreadable(
        read(field, framed(id, new byte[] {0, 10, 1, 9})),
        "its field \"" + repeated + "\" is repeated; an event has one image");
  }

  @Test
  void protobufMessage_thatIsRecursive_yieldsTheImageOfItsLevel() throws IOException {
    int id =
        registry.register(
            "images-value",
            "PROTOBUF",
            "syntax = \"proto3\"; message P { P next = 1; bytes image = 2; map<string, P> all = 3; }");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeRawByte(0);
    out.writeByteArray(1, nested(2));
    out.writeByteArray(2, new byte[] {7});
    out.writeByteArray(3, nested(2));
    out.flush();
    assertImage(read("next.image", framed(id, bytes.toByteArray())));
    assertUnreadable(read("next.next.image", framed(id, bytes.toByteArray())), "is not set");
    assertUnreadable(read("all.image", framed(id, bytes.toByteArray())), "is not a message");
  }

  /**
   * Protobuf merges two occurrences of a message field. The reader must return the last image that
   * is set.
   */
  @ParameterizedTest
  @ValueSource(strings = {".com.example.Q", "com.example.Q", "example.Q", "Q"})
  void protobufMessages_thatComeTwice_areMerged_howeverTheirTypeIsNamed(String type)
      throws IOException {
    int id =
        registry.register(
            "images-value",
            "PROTOBUF",
            "syntax = \"proto3\"; package com.example; message P { "
                + type
                + " q = 1; }"
                + " message Q { bytes image = 2; }");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeRawByte(0);
    out.writeByteArray(1, nested(2));
    out.writeByteArray(1, nested(7));
    out.flush();
    assertImage(read("q.image", framed(id, bytes.toByteArray())));
  }

  /** Tests groups that are never closed, and lengths and counts that do not fit the value. */
  @Test
  void protobufMessage_thatIsDamaged_isUnreadable() {
    int id =
        registry.register(
            "images-value", "PROTOBUF", "syntax = \"proto3\"; message P { bytes image = 2; }");
    byte[] groups = new byte[1_000_000];
    Arrays.fill(groups, (byte) (5 << 3 | 3));
    groups[0] = 0;
    byte[] length = {0, 2 << 3 | 2, -1, -1, -1, -1, 7};
    byte[] negative = {0, 2 << 3 | 2, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1};
    byte[] indexes = {-1, -1, -1, -1, 15};
    for (byte[] event : List.of(groups, length, negative, indexes)) {
      assertUnreadable(read("image", framed(id, event)), "does not fit the schema " + id);
    }
  }

  @Test
  void protobufMessage_isChosenByItsIndexes() throws IOException {
    byte[] inner = {4, 0, 0}; // two indexes: 0, 0
    byte[] message = nested(7);
    byte[] value = ByteBuffer.allocate(3 + message.length).put(inner).put(message).array();
    assertImage(read("image", framed(messages(), value)));

    int single =
        registry.register(
            "single", "PROTOBUF", "syntax = \"proto3\"; message P { bytes image = 7; }");
    byte[] first = ByteBuffer.allocate(1 + message.length).put((byte) 0).put(message).array();
    assertImage(read("image", framed(single, first)));
  }

  @Test
  void jsonWithASchema_yieldsItsImage() {
    int id = registry.register("images-value", "JSON", "{\"type\":\"object\"}");
    String json = "{\"image\":\"" + Base64.getUrlEncoder().encodeToString(IMAGE) + "\"}";
    assertImage(read("image", framed(id, json.getBytes(StandardCharsets.UTF_8))));
    assertUnreadable(
        read("image", framed(id, "{}".getBytes(StandardCharsets.UTF_8))),
        "the JSON value has no field \"image\"");
    assertThat(
            read(
                "image",
                framed(id, "{\"dataref\":\"s3://cats/1\"}".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo(new ImageEvent.Referenced(new ImageReference("s3://cats/1", null)));
  }

  @Test
  void unknownSchema_isUnreadable_untilItIsRegistered() throws IOException {
    Deserializer<ImageEvent> images = images("payload.image");
    byte[] value = photo("\"bytes\"", ByteBuffer.wrap(IMAGE));
    byte[] later = framed(2, Arrays.copyOfRange(value, WireFormat.HEADER_BYTES, value.length));

    assertUnreadable(
        images.deserialize("images", later), "schema 2: the schema registry does not know");
    registry.register("other", "AVRO", PHOTO.formatted("\"bytes\"") + " ");
    assertImage(images.deserialize("images", later));
  }

  @Test
  void schemaThatIsNone_isUnreadable() {
    int avro = registry.register("a", "AVRO", "{\"type\": \"nonsense\"}");
    int protobuf = registry.register("b", "PROTOBUF", "message {");
    int other = registry.register("c", "THRIFT", "struct");

    assertUnreadable(read("image", framed(avro, IMAGE)), "does not fit the schema " + avro);
    assertUnreadable(read("image", framed(protobuf, IMAGE)), "does not fit the schema " + protobuf);
    assertUnreadable(read("image", framed(other, IMAGE)), "schemas of the type THRIFT are unknown");
  }

  @Test
  void schema_isAskedForOnce() throws IOException {
    Deserializer<ImageEvent> images = images("payload.image");
    byte[] value = photo("\"bytes\"", ByteBuffer.wrap(IMAGE));
    for (int i = 0; i < 5; i++) {
      assertImage(images.deserialize("images", value));
    }
    assertThat(registry.requests()).containsExactly("GET /schemas/ids/1");
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 429, 500, 503})
  void registryThatRefuses_isAFailure_andNeverTheRecords(int status) throws IOException {
    byte[] value = photo("\"bytes\"", ByteBuffer.wrap(IMAGE));
    registry.refuse(status);
    assertThatThrownBy(() -> read("payload.image", value))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("status " + status)
        .message()
        .hasLineCount(1);
  }

  @Test
  void registryThatIsAway_isAFailure_andTheNextAddressIsTried() throws IOException {
    byte[] value = photo("\"bytes\"", ByteBuffer.wrap(IMAGE));
    Deserializer<ImageEvent> away =
        SchemaRegistry.of(Map.of("schema.registry.url", "http://127.0.0.1:1"))
            .images(ImageField.of("payload.image"))
            .deserializer();
    assertThatThrownBy(() -> away.deserialize("images", value))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("the schema registry does not answer ([http://127.0.0.1:1]: ");

    assertImage(
        SchemaRegistry.of(
                Map.of(
                    "schema.registry.url",
                    "http://127.0.0.1:1," + registry.url() + "/",
                    "basic.auth.user.info",
                    "me:secret"))
            .images(ImageField.of("payload.image"))
            .deserializer()
            .deserialize("images", value));
    assertThat(registry.authorization()).isEqualTo("Basic bWU6c2VjcmV0");
  }
}
