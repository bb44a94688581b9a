package dev.millrace.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that CloudEvents' own SDK can read predictions, and that predictions fit their JSON Schema.
 */
class PredictionEventTest {

  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.006Z");

  private static Prediction prediction(List<String> labels, Probabilities probabilities) {
    return new Prediction(
        "Käse/\"1\".jpg",
        new Prediction.Model("m", 3, "0".repeat(64)),
        "cat",
        0.75f,
        List.of(new Prediction.Top(1, "cat", 0.75f), new Prediction.Top(0, "dog", 0.25f)),
        labels,
        probabilities,
        new Prediction.Source("images", 2, 4_200_000_000L));
  }

  static List<Prediction> predictions() {
    return List.of(
        prediction(null, Probabilities.of(0.25f, 0.75f)),
        prediction(null, null),
        prediction(List.of("cat"), Probabilities.of(0.25f, 0.75f)),
        prediction(List.of(), null));
  }

  private static Headers headers(Prediction prediction) {
    Headers image =
        new RecordHeaders()
            .add("ce_id", "image's".getBytes(StandardCharsets.UTF_8))
            .add("Content-Type", "image/png".getBytes(StandardCharsets.UTF_8))
            .add("traceparent", "00-1-2-01".getBytes(StandardCharsets.UTF_8));
    return PredictionHeaders.of(image, prediction, "millrace-m", TIME.toEpochMilli());
  }

  private static JsonNode json(byte[] value) throws IOException {
    return JsonMapper.builder().build().readTree(value);
  }

  private static void assertEvent(Headers headers, byte[] value, Prediction prediction)
      throws IOException {
    CloudEvent event = KafkaMessageFactory.createReader(headers, value).toEvent();
    assertThat(event.getId()).isEqualTo("images-2-4200000000");
    assertThat(event.getSource()).isEqualTo(URI.create("millrace-m"));
    assertThat(event.getType()).isEqualTo("dev.millrace.prediction.v1");
    assertThat(event.getTime()).isEqualTo(TIME.atOffset(ZoneOffset.UTC));
    assertThat(event.getSubject()).isEqualTo("Käse/\"1\".jpg");
    assertThat(event.getDataContentType()).isEqualTo("application/json");
    assertThat(event.getExtensionNames()).isEmpty();
    assertThat(json(Objects.requireNonNull(event.getData()).toBytes()))
        .isEqualTo(json(Prediction.serde().serializer().serialize("predictions", prediction)));
    assertThat(headers.lastHeader("traceparent").value()).asString().isEqualTo("00-1-2-01");
    assertThat(Prediction.serde().deserializer().deserialize("predictions", headers, value))
        .isEqualTo(prediction);
  }

  @ParameterizedTest
  @MethodSource("predictions")
  void prediction_inBinaryMode_isAnEventOfItsOwn(Prediction prediction) throws IOException {
    Headers headers = headers(prediction);
    byte[] value = Prediction.serde().serializer().serialize("predictions", headers, prediction);

    assertEvent(headers, value, prediction);
    assertThat(headers.headers("content-type")).hasSize(1);
    assertThat(headers.headers("Content-Type")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("predictions")
  void prediction_inStructuredMode_isAnEventOfItsOwn(Prediction prediction) throws IOException {
    Headers headers = headers(prediction);
    Serde<Prediction> serde = Prediction.cloudEventSerde();
    byte[] value = serde.serializer().serialize("predictions", headers, prediction);

    assertEvent(headers, value, prediction);
    assertThat(headers).extracting("key").containsExactly("traceparent", "content-type");
    assertThat(headers.lastHeader("content-type").value())
        .asString()
        .isEqualTo("application/cloudevents+json");
  }

  @Test
  void headersThatAreThereAlready_areReplaced_andThoseWithoutAValueLeftOut() throws IOException {
    Prediction prediction = prediction(null, null);
    Headers headers =
        headers(prediction)
            .add("Content-Type", "image/png".getBytes(StandardCharsets.UTF_8))
            .add("ce_camera", null);

    byte[] value =
        Prediction.cloudEventSerde().serializer().serialize("predictions", headers, prediction);

    assertThat(json(value).has("camera")).isFalse();
    assertThat(headers)
        .extracting("key")
        .containsExactly("traceparent", "ce_camera", "content-type");
  }

  /** An application id may be any text, but the source of a CloudEvent must be a URI reference. */
  @ParameterizedTest
  @CsvSource({
    "photos 1, photos%201",
    "1:photos, 1%3Aphotos",
    "50% of [all], 50%25%20of%20%5Ball%5D",
    "Käse, K%C3%A4se",
    "https://example.com/photos?a=1, https://example.com/photos?a=1"
  })
  void applicationId_isAUriReference(String id, String source) {
    Prediction prediction = prediction(null, null);
    Headers headers = PredictionHeaders.of(new RecordHeaders(), prediction, id, 1);
    byte[] value = Prediction.serde().serializer().serialize("predictions", headers, prediction);

    assertThat(KafkaMessageFactory.createReader(headers, value).toEvent().getSource())
        .hasToString(source);
  }

  @Test
  void structuredMode_withoutTheAttributes_isRefused() {
    Serde<Prediction> serde = Prediction.cloudEventSerde();
    Prediction prediction = prediction(null, null);
    Headers image = new RecordHeaders().add("ce_type", "photo".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> serde.serializer().serialize("predictions", image, prediction))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("without the headers of PredictionHeaders");
    assertThatThrownBy(() -> serde.serializer().serialize("predictions", prediction))
        .isInstanceOf(SerializationException.class);
  }

  @Test
  void recordWithoutAValue_staysAsItIs() {
    for (Serde<Prediction> serde : List.of(Prediction.serde(), Prediction.cloudEventSerde())) {
      Headers headers = new RecordHeaders();
      assertThat(serde.serializer().serialize("predictions", headers, null)).isNull();
      assertThat(serde.serializer().serialize("predictions", null)).isNull();
      assertThat(headers).isEmpty();
      assertThat(serde.deserializer().deserialize("predictions", headers, (byte[]) null)).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "{\"data\":7}", "{\"specversion\":\"1.0\"}"})
  void otherEvent_isNoPrediction(String json) {
    Headers headers =
        new RecordHeaders()
            .add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
    byte[] value = json.getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(
            () -> Prediction.serde().deserializer().deserialize("predictions", headers, value))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("a value that is not a prediction");
  }

  @ParameterizedTest
  @MethodSource("predictions")
  void prediction_fitsTheSchema(Prediction prediction) throws IOException {
    byte[] value = Prediction.serde().serializer().serialize("predictions", prediction);
    assertThat(schema().validate(json(value))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "model", "label", "probability", "top", "source"})
  void valueWithoutAField_doesNotFitTheSchema(String field) throws IOException {
    byte[] value = Prediction.serde().serializer().serialize("predictions", prediction(null, null));
    JsonNode json = json(value);
    ((com.fasterxml.jackson.databind.node.ObjectNode) json).remove(field);
    assertThat(schema().validate(json)).isNotEmpty();
  }

  private static JsonSchema schema() throws IOException {
    try (InputStream file = Prediction.class.getResourceAsStream("prediction.schema.json")) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(file);
    }
  }
}
