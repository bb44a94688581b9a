package dev.millrace.registry;

import dev.millrace.events.ImageField;
import dev.millrace.events.RegisteredLabels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * Reads labels from the field {@code label} of events, with the events' schemas from the registry.
 * Thread-safe.
 */
final class RegistryLabels implements RegisteredLabels {

  private static final ImageField FIELD = ImageField.of("label");

  private final RegistryFields<byte[]> fields;

  RegistryLabels(RegistryClient registry) {
    this.fields =
        new RegistryFields<>(
            registry, FIELD, FieldContent.LABEL, Function.identity(), new JsonSchemaLabel());
  }

  @Override
  public String read(byte[] value) throws IOException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(fields.read(value)))
          .toString();
    } catch (MissingFieldException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
