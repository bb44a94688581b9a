package dev.millrace.events;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads predictions by the {@code content-type} of their records. Thread-safe. */
final class PredictionDeserializer implements Deserializer<Prediction> {

  @Override
  public Prediction deserialize(String topic, byte[] value) {
    return deserialize(topic, new RecordHeaders(), value);
  }

  @Override
  public Prediction deserialize(String topic, Headers headers, byte[] value) {
    if (value == null) {
      return null;
    }
    try {
      JsonNode json = PredictionJson.tree(value);
      return PredictionReader.read(
          ContentType.of(headers).isCloudEvent() ? json.path("data") : json);
    } catch (IOException | IllegalArgumentException e) {
      throw new SerializationException(
          "topic "
              + topic
              + " holds a value that is not a prediction ("
              + Problem.of(e)
              + "); give the topic of the predictions",
          e);
    }
  }
}
