package dev.millrace.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** Predictions as JSON; see {@link Prediction#serde()}. */
final class PredictionJson {

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private PredictionJson() {}

  static Serde<Prediction> serde() {
    return Serdes.serdeFrom(PredictionJson::serialize, PredictionJson::deserialize);
  }

  @SuppressWarnings("UnusedVariable") // the topic: a serializer's signature
  private static byte[] serialize(String topic, Prediction prediction) {
    if (prediction == null) {
      return null;
    }
    int classes = prediction.probabilities() == null ? 0 : prediction.probabilities().size();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512 + 16 * classes);
    try (JsonGenerator json = JSON.getFactory().createGenerator(bytes)) {
      write(json, prediction);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, Prediction prediction) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", prediction.id());
    json.writeObjectFieldStart("model");
    json.writeStringField("name", prediction.model().name());
    json.writeNumberField("version", prediction.model().version());
    json.writeStringField("sha256", prediction.model().sha256());
    json.writeEndObject();
    json.writeStringField("label", prediction.label());
    json.writeNumberField("probability", prediction.probability());
    json.writeArrayFieldStart("top");
    for (Prediction.Top top : prediction.top()) {
      json.writeStartObject();
      json.writeNumberField("index", top.index());
      json.writeStringField("label", top.label());
      json.writeNumberField("probability", top.probability());
      json.writeEndObject();
    }
    json.writeEndArray();
    Probabilities probabilities = prediction.probabilities();
    if (probabilities != null) {
      json.writeArrayFieldStart("probabilities");
      for (int i = 0; i < probabilities.size(); i++) {
        json.writeNumber(probabilities.get(i));
      }
      json.writeEndArray();
    }
    json.writeObjectFieldStart("source");
    json.writeStringField("topic", prediction.source().topic());
    json.writeNumberField("partition", prediction.source().partition());
    json.writeNumberField("offset", prediction.source().offset());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static Prediction deserialize(String topic, byte[] value) {
    if (value == null) {
      return null;
    }
    try {
      return PredictionReader.read(JSON.readTree(value));
    } catch (IOException | IllegalArgumentException e) {
      throw new SerializationException(
          "topic "
              + topic
              + " holds a value that is no prediction ("
              + Problem.of(e)
              + "); name the topic that predictions are written to",
          e);
    }
  }
}
