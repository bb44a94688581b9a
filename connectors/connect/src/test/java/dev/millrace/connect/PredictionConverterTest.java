package dev.millrace.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import dev.millrace.registry.PredictionSchema;
import dev.millrace.registry.SchemaRegistry;
import dev.millrace.testing.SchemaRegistryStub;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PredictionConverterTest {

  private static final List<Prediction.Top> TOP =
      List.of(new Prediction.Top(3, "cat", 0.75f), new Prediction.Top(5, "dog", 0.25f));
  private static final Prediction PREDICTION = prediction(null, Probabilities.of(0.75f, 0.25f));

  private static Prediction prediction(List<String> labels, Probabilities probabilities) {
    return new Prediction(
        "cats/1.jpg",
        new Prediction.Model("resnet20", 3, "8d3f"),
        "cat",
        0.75f,
        TOP,
        labels,
        probabilities,
        new Prediction.Source("images", 1, 42));
  }

  private static byte[] json(Prediction prediction) {
    return Prediction.serde().serializer().serialize("predictions", prediction);
  }

  private static PredictionConverter converter(String... configs) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < configs.length; i += 2) {
      map.put(configs[i], configs[i + 1]);
    }
    PredictionConverter converter = new PredictionConverter();
    converter.configure(map, false);
    return converter;
  }

  private static Struct struct(PredictionConverter converter, Prediction prediction) {
    SchemaAndValue read = converter.toConnectData("predictions", json(prediction));
    Struct struct = (Struct) read.value();
    struct.validate();
    assertThat(struct.schema()).isEqualTo(read.schema());
    return struct;
  }

  @Test
  void prediction_becomesAStructWithTheFieldsOfTheJson() {
    Struct struct = struct(converter(), PREDICTION);

    assertThat(struct.schema().fields())
        .extracting(field -> field.name())
        .containsExactly(
            "id",
            "model",
            "label",
            "probability",
            "top",
            "labels",
            "probabilities",
            "source",
            "revision");
    assertThat(struct.getString("id")).isEqualTo("cats/1.jpg");
    assertThat(struct.getStruct("model").getString("name")).isEqualTo("resnet20");
    assertThat(struct.getStruct("model").getInt32("version")).isEqualTo(3);
    assertThat(struct.getStruct("model").getString("sha256")).isEqualTo("8d3f");
    assertThat(struct.getString("label")).isEqualTo("cat");
    assertThat(struct.getFloat32("probability")).isEqualTo(0.75f);
    assertThat(struct.<Struct>getArray("top")).hasSize(2);
    assertThat(struct.<Struct>getArray("top").get(1).getInt32("index")).isEqualTo(5);
    assertThat(struct.<Struct>getArray("top").get(1).getString("label")).isEqualTo("dog");
    assertThat(struct.<Struct>getArray("top").get(1).getFloat32("probability")).isEqualTo(0.25f);
    assertThat(struct.getArray("labels")).isNull();
    assertThat(struct.<Float>getArray("probabilities")).containsExactly(0.75f, 0.25f);
    assertThat(struct.getStruct("source").getString("topic")).isEqualTo("images");
    assertThat(struct.getStruct("source").getInt32("partition")).isEqualTo(1);
    assertThat(struct.getStruct("source").getInt64("offset")).isEqualTo(42);
  }

  /** Tests each format of predictions whose schema is in a schema registry. */
  @ParameterizedTest
  @EnumSource
  void predictionByItsSchema_becomesTheStructOfTheJson(PredictionSchema schema) throws Exception {
    try (SchemaRegistryStub registry = new SchemaRegistryStub()) {
      PredictionConverter converter =
          converter("schema.registry.url", registry.url(), "basic.auth.user.info", "me:secret");
      for (Prediction prediction :
          List.of(PREDICTION, prediction(List.of("cat"), null), prediction(List.of(), null))) {
        byte[] value = byRegistry(registry, schema).serialize("predictions", prediction);

        assertThat(converter.toConnectData("predictions", value).value())
            .isEqualTo(struct(converter(), prediction));
        assertThat(converter.toConnectData("predictions", json(prediction)).value())
            .as("JSON without a schema")
            .isEqualTo(struct(converter(), prediction));
      }
      assertThat(registry.requests()).contains("GET /schemas/ids/1");
    }
  }

  private static Serializer<Prediction> byRegistry(
      SchemaRegistryStub registry, PredictionSchema schema) {
    return SchemaRegistry.of(Map.of("schema.registry.url", registry.url()))
        .predictions(schema)
        .serializer();
  }

  @Test
  void secretsOfTheRegistry_areSent() throws Exception {
    try (SchemaRegistryStub registry = new SchemaRegistryStub()) {
      byte[] value = byRegistry(registry, PredictionSchema.AVRO).serialize("p", PREDICTION);

      converter("schema.registry.url", registry.url(), "basic.auth.user.info", "me:secret")
          .toConnectData("p", value);
      assertThat(registry.authorization()).isEqualTo("Basic bWU6c2VjcmV0");
      converter("schema.registry.url", registry.url(), "bearer.auth.token", "t")
          .toConnectData("p", value);
      assertThat(registry.authorization()).isEqualTo("Bearer t");
    }
  }

  @Test
  void predictionByItsSchema_withoutARegistry_isRefusedWithTheKeyToSet() throws Exception {
    try (SchemaRegistryStub registry = new SchemaRegistryStub()) {
      byte[] value = byRegistry(registry, PredictionSchema.AVRO).serialize("p", PREDICTION);

      assertThatThrownBy(() -> converter().toConnectData("p", value))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("schema id 1")
          .hasMessageContaining("set value.converter.schema.registry.url");
    }
  }

  /**
   * If the converter threw a DataException, a sink with errors.tolerance=all would lose predictions
   * while the registry cannot be reached.
   */
  @Test
  void registryThatIsAway_isTriedAgain_andAnUnknownSchemaIsNot() throws Exception {
    try (SchemaRegistryStub registry = new SchemaRegistryStub()) {
      byte[] value = byRegistry(registry, PredictionSchema.AVRO).serialize("p", PREDICTION);
      PredictionConverter converter = converter("schema.registry.url", registry.url());

      registry.refuse(503);
      assertThatThrownBy(() -> converter.toConnectData("p", value))
          .isInstanceOf(RetriableException.class)
          .hasMessageContaining("status 503");
      registry.refuse(0);
      assertThat(converter.toConnectData("p", value).value())
          .isEqualTo(struct(converter(), PREDICTION));
      value[4] = 99;
      assertThatThrownBy(() -> converter.toConnectData("p", value))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("unknown schema 99");
    }
  }

  @Test
  void predictionOfIndependentClasses_hasLabels() {
    Prediction prediction = prediction(List.of("cat", "d\"og"), null);

    Struct nested = struct(converter(), prediction);
    assertThat(nested.<String>getArray("labels")).containsExactly("cat", "d\"og");
    assertThat(nested.getArray("probabilities")).isNull();
    Struct flat = struct(converter("flatten", "true"), prediction);
    assertThat(flat.getString("labels")).isEqualTo("[\"cat\",\"d\\\"og\"]");
    assertThat(flat.getString("probabilities")).isNull();
  }

  @Test
  void allPredictions_haveOneSchema() {
    PredictionConverter converter = converter();

    assertThat(converter.toConnectData("p", json(PREDICTION)).schema())
        .isSameAs(converter.toConnectData("p", json(prediction(List.of(), null))).schema());
  }

  @Test
  void options_leaveOutLists() {
    Struct struct = struct(converter("top", "1", "probabilities", "none"), PREDICTION);

    assertThat(struct.<Struct>getArray("top")).hasSize(1);
    assertThat(struct.schema().field("probabilities")).isNull();
    assertThat(struct(converter("top", "all"), PREDICTION).<Struct>getArray("top")).hasSize(2);
  }

  @Test
  void flatPrediction_hasSimpleFieldsAlone() {
    Struct struct = struct(converter("flatten", "true", "probabilities", "none"), PREDICTION);

    assertThat(struct.schema().fields())
        .extracting(field -> field.name())
        .containsExactly(
            "id",
            "model_name",
            "model_version",
            "model_sha256",
            "label",
            "probability",
            "labels",
            "source_topic",
            "source_partition",
            "source_offset",
            "revision");
    assertThat(struct.schema().fields()).allMatch(field -> field.schema().type().isPrimitive());
    assertThat(struct.getString("id")).isEqualTo("cats/1.jpg");
    assertThat(struct.getString("model_name")).isEqualTo("resnet20");
    assertThat(struct.getInt32("model_version")).isEqualTo(3);
    assertThat(struct.getString("model_sha256")).isEqualTo("8d3f");
    assertThat(struct.getString("label")).isEqualTo("cat");
    assertThat(struct.getFloat32("probability")).isEqualTo(0.75f);
    assertThat(struct.getString("labels")).isNull();
    assertThat(struct.getString("source_topic")).isEqualTo("images");
    assertThat(struct.getInt32("source_partition")).isEqualTo(1);
    assertThat(struct.getInt64("source_offset")).isEqualTo(42);
  }

  @Test
  void flatPrediction_hasColumnsForFurtherClasses() {
    Struct struct = struct(converter("flatten", "true", "top", "3"), PREDICTION);

    assertThat(struct.getString("label_2")).isEqualTo("dog");
    assertThat(struct.getFloat32("probability_2")).isEqualTo(0.25f);
    assertThat(struct.getString("label_3")).isNull();
    assertThat(struct.getFloat32("probability_3")).isNull();
    assertThat(struct.schema().field("label_4")).isNull();
    assertThat(struct.getString("probabilities")).isEqualTo("[0.75,0.25]");
  }

  @Test
  void nullValue_staysNull() {
    assertThat(converter().toConnectData("p", null)).isEqualTo(SchemaAndValue.NULL);
    assertThat(converter().fromConnectData("images", null, null)).isNull();
  }

  @Test
  void otherValue_isADataException() {
    assertThatThrownBy(() -> converter().toConnectData("images", "a picture".getBytes(UTF_8)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("topic images holds a value that is not a prediction");
  }

  @Test
  void bytes_areTheImage() {
    byte[] image = {1, 2, 3};
    Headers headers = new RecordHeaders();
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4}, 1, 3);

    assertThat(converter().fromConnectData("images", headers, Schema.BYTES_SCHEMA, image))
        .isEqualTo(image);
    assertThat(converter().fromConnectData("images", headers, Schema.BYTES_SCHEMA, buffer))
        .isEqualTo(image);
    assertThat(buffer.remaining()).isEqualTo(3);
    assertThat(headers).isEmpty();
  }

  @Test
  void structWithBytes_becomesAJsonEvent() {
    Schema schema =
        SchemaBuilder.struct()
            .field("photo", Schema.BYTES_SCHEMA)
            .field("camera", Schema.STRING_SCHEMA)
            .field("image", Schema.STRING_SCHEMA)
            .build();
    Struct struct =
        new Struct(schema)
            .put("photo", new byte[] {1, 2, 3})
            .put("camera", "left")
            .put("image", "not this one");
    Headers headers = new RecordHeaders().add("content-type", new byte[] {1});

    byte[] value = converter("image.field", "photo").fromConnectData("i", headers, schema, struct);

    assertThat(value).asString().contains("\"camera\":\"left\"").doesNotContain("not this one");
    assertThat(headers.headers("content-type")).hasSize(1);
    requireImage(headers, value);
  }

  @Test
  void structWithAFieldOfTheRightName_becomesAJsonEvent() {
    Schema schema = SchemaBuilder.struct().field("image", Schema.BYTES_SCHEMA).build();
    Headers headers = new RecordHeaders();

    byte[] value =
        converter()
            .fromConnectData(
                "i", headers, schema, new Struct(schema).put("image", new byte[] {1, 2, 3}));

    requireImage(headers, value);
  }

  @Test
  void mapWithBytes_becomesAJsonEvent() {
    Headers headers = new RecordHeaders();

    byte[] value =
        converter("image.field", "photo")
            .fromConnectData("i", headers, null, Map.of("photo", new byte[] {1, 2, 3}, "n", 1));

    assertThat(value).asString().contains("\"n\":1").doesNotContain("photo");
    requireImage(headers, value);
  }

  private static void requireImage(Headers headers, byte[] value) {
    ImageEvent event = ImageEvent.serde().deserializer().deserialize("images", headers, value);
    assertThat(event).isInstanceOf(ImageEvent.Encoded.class);
    assertThat(((ImageEvent.Encoded) event).bytes()).containsExactly(1, 2, 3);
  }

  @Test
  void contentTypeInAnotherCase_isReplaced() {
    Headers headers =
        new RecordHeaders().add("Content-Type", "image/png".getBytes(UTF_8)).add("other", null);

    converter().fromConnectData("i", headers, null, Map.of("image", new byte[] {1}));

    assertThat(headers)
        .extracting(org.apache.kafka.common.header.Header::key)
        .containsExactly("other", "content-type");
  }

  /**
   * Connect's JSON converter writes a map whose keys are not all text as a list of pairs, so the
   * converter must refuse the map.
   */
  @Test
  void mapWhoseKeysAreNoTexts_isADataException() {
    Map<Object, Object> map = new HashMap<>(Map.of("image", new byte[] {1}, 7, "seven"));

    assertThatThrownBy(() -> converter().fromConnectData("images", null, map))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a map with keys that are not text");
  }

  @Test
  void valueWithoutBytes_isADataException() {
    Schema schema = SchemaBuilder.struct().field("image", Schema.STRING_SCHEMA).build();

    for (Object value :
        List.of("text", new Struct(schema).put("image", "text"), Map.of("image", "text"))) {
      assertThatThrownBy(() -> converter().fromConnectData("images", null, value))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("image.field");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "flatten | perhaps | true or false",
        "top | 0 | from 1 to 100",
        "top | 101 | from 1 to 100",
        "top | best | all, or a number",
        "probabilities | some | one of all, none",
        "image.field | ' ' | a text that is not empty",
        "schema.registry.url | localhost:8081 | addresses such as http://localhost:8081",
        "schema.registry.url | '' | addresses such as http://localhost:8081",
      })
  void wrongValue_isNamedWithItsKeyAndWhatIsAllowed(String key, String value, String allowed) {
    assertThatThrownBy(() -> converter(key, value))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(value.strip())
        .hasMessageContaining(allowed);
  }

  @Test
  void tokenThatIsNoHeader_isRefused_andNotShown() {
    assertThatThrownBy(
            () -> converter("schema.registry.url", "http://a", "bearer.auth.token", "sec\nret"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("bearer.auth.token")
        .hasMessageNotContaining("sec");
  }

  @Test
  void flatPredictionWithAllClasses_isRefused() {
    assertThatThrownBy(() -> converter("flatten", "true", "top", "all"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("top")
        .hasMessageContaining("a table has a fixed number of columns");
  }

  @Test
  void converterOfKeys_isRefused() {
    assertThatThrownBy(() -> new PredictionConverter().configure(Map.of(), true))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("StringConverter");
  }
}
