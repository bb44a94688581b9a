package dev.millrace.events;

import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;

/** Writes predictions as JSON, and sets the {@code content-type} of their records. Thread-safe. */
final class PredictionSerializer implements Serializer<Prediction> {

  @Override
  public byte[] serialize(String topic, Prediction prediction) {
    return prediction == null ? null : PredictionJson.bytes(prediction);
  }

  @Override
  public byte[] serialize(String topic, Headers headers, Prediction prediction) {
    if (prediction != null) {
      ContentType.set(headers, ContentType.JSON);
    }
    return serialize(topic, prediction);
  }
}
