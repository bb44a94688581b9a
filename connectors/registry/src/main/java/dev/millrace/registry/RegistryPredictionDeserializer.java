package dev.millrace.registry;

import dev.millrace.events.Prediction;
import dev.millrace.events.WireFormat;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads predictions in every format that Millrace writes. Thread-safe. */
final class RegistryPredictionDeserializer implements Deserializer<Prediction> {

  private final RegistryClient registry;
  private final Deserializer<Prediction> json = Prediction.serde().deserializer();
  private final Map<Integer, Schema> avro = new ConcurrentHashMap<>();

  RegistryPredictionDeserializer(RegistryClient registry) {
    this.registry = registry;
  }

  @Override
  public Prediction deserialize(String topic, byte[] value) {
    return deserialize(topic, new RecordHeaders(), value);
  }

  @Override
  public Prediction deserialize(String topic, Headers headers, byte[] value) {
    if (value == null || !WireFormat.begins(value)) {
      return json.deserialize(topic, headers, value);
    }
    int id = WireFormat.schemaId(value);
    RegisteredSchema schema =
        registry.schema(id).orElseThrow(() -> unreadable(topic, "unknown schema " + id, null));
    try {
      int from = WireFormat.HEADER_BYTES;
      return switch (schema.type()) {
        case "AVRO" ->
            AvroPredictions.read(avro.computeIfAbsent(id, any -> avro(schema)), value, from);
        case "PROTOBUF" -> ProtobufPredictions.read(value, from);
        default -> json.deserialize(topic, Arrays.copyOfRange(value, from, value.length));
      };
    } catch (SerializationException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw unreadable(topic, String.valueOf(e.getMessage()), e);
    }
  }

  private static Schema avro(RegisteredSchema schema) {
    return new Schema.Parser().parse(schema.text());
  }

  private static SerializationException unreadable(String topic, String reason, Exception cause) {
    return new SerializationException(
        "topic " + topic + " holds a value that is not a prediction (" + reason + ")", cause);
  }
}
