package dev.millrace.registry;

import dev.millrace.events.Prediction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.kafka.common.serialization.Serializer;

/** The formats of predictions whose schema is in a registry. */
public enum PredictionSchema {
  /** Avro. The schema is {@code prediction.avsc} in this package. */
  AVRO(PredictionSchema.class, "prediction.avsc", "application/avro") {
    @Override
    byte[] bytes(Prediction prediction) {
      return AvroPredictions.bytes(prediction);
    }
  },
  /** Protobuf. The schema is {@code prediction.proto} in this package. */
  PROTOBUF(PredictionSchema.class, "prediction.proto", "application/x-protobuf") {
    @Override
    byte[] bytes(Prediction prediction) {
      return ProtobufPredictions.bytes(prediction);
    }
  },
  /**
   * The JSON of {@link Prediction#serde}. The schema is {@code prediction.schema.json} beside
   * {@link Prediction}.
   */
  JSON(Prediction.class, "prediction.schema.json", "application/json") {
    @Override
    byte[] bytes(Prediction prediction) {
      return JSON_SERIALIZER.serialize("", prediction);
    }
  };

  private static final Serializer<Prediction> JSON_SERIALIZER = Prediction.serde().serializer();

  private final String text;
  private final String contentType;

  PredictionSchema(Class<?> beside, String file, String contentType) {
    this.text = text(beside, file);
    this.contentType = contentType;
  }

  /** {@return the schema's text} */
  public String text() {
    return text;
  }

  /** {@return the content type of records in this format} */
  String contentType() {
    return contentType;
  }

  /** {@return the prediction in this format, without the frame of the wire format} */
  abstract byte[] bytes(Prediction prediction);

  private static String text(Class<?> beside, String file) {
    try (InputStream in = Objects.requireNonNull(beside.getResourceAsStream(file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the jar's file " + file + " cannot be read", e);
    }
  }
}
