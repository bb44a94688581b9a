package dev.millrace.registry;

import dev.millrace.events.LabelDeserializer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Reads labels from JSON events that have a JSON Schema. Reading does not need the schema. */
final class JsonSchemaLabel implements SchemaField<byte[]> {

  private final LabelDeserializer json = new LabelDeserializer();

  @Override
  public byte[] read(byte[] value, int from) throws MissingFieldException {
    byte[] document = Arrays.copyOfRange(value, from, value.length);
    try {
      return json.deserialize("", headers(), document).getBytes(StandardCharsets.UTF_8);
    } catch (SerializationException e) {
      throw new MissingFieldException(e.getMessage());
    }
  }

  /** {@return the headers of a record in JSON} */
  static Headers headers() {
    return new RecordHeaders()
        .add("content-type", "application/json".getBytes(StandardCharsets.UTF_8));
  }
}
