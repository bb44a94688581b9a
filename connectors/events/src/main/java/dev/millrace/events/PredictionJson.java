package dev.millrace.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes predictions as JSON; see {@link Prediction#serde()}. */
final class PredictionJson {

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  // The field names are encoded only once, because every prediction contains them.
  private static final SerializableString ID = new SerializedString("id");
  private static final SerializableString MODEL = new SerializedString("model");
  private static final SerializableString NAME = new SerializedString("name");
  private static final SerializableString VERSION = new SerializedString("version");
  private static final SerializableString SHA256 = new SerializedString("sha256");
  private static final SerializableString KIND = new SerializedString(PredictionReader.KIND);
  private static final SerializableString LABEL = new SerializedString("label");
  private static final SerializableString PROBABILITY = new SerializedString("probability");
  private static final SerializableString TOP = new SerializedString("top");
  private static final SerializableString INDEX = new SerializedString("index");
  private static final SerializableString LABELS = new SerializedString("labels");
  private static final SerializableString PROBABILITIES = new SerializedString("probabilities");
  private static final SerializableString SOURCE = new SerializedString("source");
  private static final SerializableString REVISION =
      new SerializedString(PredictionReader.REVISION);
  private static final SerializableString TOPIC = new SerializedString("topic");
  private static final SerializableString PARTITION = new SerializedString("partition");
  private static final SerializableString OFFSET = new SerializedString("offset");

  private PredictionJson() {}

  /** Writes an object. */
  @FunctionalInterface
  interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  /** {@return the prediction as JSON in UTF-8} */
  static byte[] bytes(Prediction prediction) {
    return bytes(prediction, json -> write(json, prediction));
  }

  /**
   * {@return an object that contains a prediction, in UTF-8}
   *
   * @param content writes the object
   */
  static byte[] bytes(Prediction prediction, Content content) {
    int classes = prediction.probabilities() == null ? 0 : prediction.probabilities().size();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512 + 16 * classes);
    try (JsonGenerator json = JSON.getFactory().createGenerator(bytes)) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /** {@return the JSON document that a value holds} */
  static JsonNode tree(byte[] value) throws IOException {
    return JSON.readTree(value);
  }

  static void write(JsonGenerator json, Prediction prediction) throws IOException {
    json.writeStartObject();
    text(json, ID, prediction.id());
    json.writeFieldName(MODEL);
    json.writeStartObject();
    text(json, NAME, prediction.model().name());
    number(json, VERSION, prediction.model().version());
    text(json, SHA256, prediction.model().sha256());
    json.writeEndObject();
    if (prediction.independent()) {
      text(json, KIND, PredictionReader.INDEPENDENT);
    }
    text(json, LABEL, prediction.label());
    number(json, PROBABILITY, prediction.probability());
    json.writeFieldName(TOP);
    json.writeStartArray();
    for (Prediction.Top top : prediction.top()) {
      json.writeStartObject();
      number(json, INDEX, top.index());
      text(json, LABEL, top.label());
      number(json, PROBABILITY, top.probability());
      json.writeEndObject();
    }
    json.writeEndArray();
    if (prediction.independent()) {
      json.writeFieldName(LABELS);
      json.writeStartArray();
      for (String label : prediction.labels()) {
        json.writeString(label);
      }
      json.writeEndArray();
    }
    Probabilities probabilities = prediction.probabilities();
    if (probabilities != null) {
      json.writeFieldName(PROBABILITIES);
      json.writeStartArray();
      for (int i = 0; i < probabilities.size(); i++) {
        json.writeNumber(probabilities.get(i));
      }
      json.writeEndArray();
    }
    json.writeFieldName(SOURCE);
    json.writeStartObject();
    text(json, TOPIC, prediction.source().topic());
    number(json, PARTITION, prediction.source().partition());
    number(json, OFFSET, prediction.source().offset());
    json.writeEndObject();
    if (prediction.revision() != null) {
      text(json, REVISION, prediction.revision());
    }
    json.writeEndObject();
  }

  private static void text(JsonGenerator json, SerializableString name, String value)
      throws IOException {
    json.writeFieldName(name);
    json.writeString(value);
  }

  private static void number(JsonGenerator json, SerializableString name, long value)
      throws IOException {
    json.writeFieldName(name);
    json.writeNumber(value);
  }

  private static void number(JsonGenerator json, SerializableString name, float value)
      throws IOException {
    json.writeFieldName(name);
    json.writeNumber(value);
  }
}
