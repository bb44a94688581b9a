package dev.millrace.registry;

import com.squareup.wire.schema.Location;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.ProtoParser;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageField;
import dev.millrace.events.RegisteredImages;
import dev.millrace.events.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;

/** Reads image events by their schemas in the registry. Thread-safe. */
final class RegistryImages implements RegisteredImages {

  private final RegistryClient registry;
  private final ImageField field;
  private final Map<Integer, SchemaImages> readers = new ConcurrentHashMap<>();

  /**
   * @param field the field of the image
   */
  RegistryImages(RegistryClient registry, ImageField field) {
    this.registry = registry;
    this.field = field;
  }

  @Override
  public ImageEvent read(byte[] value) {
    int id = WireFormat.schemaId(value);
    try {
      return reader(id).read(value, WireFormat.HEADER_BYTES);
    } catch (NoImageException e) {
      return new ImageEvent.Unreadable("a record with the schema " + id + ": " + e.getMessage());
    } catch (RegistryException e) {
      throw e;
    } catch (StackOverflowError e) {
      return new ImageEvent.Unreadable("a record with the schema " + id + " is nested too deeply");
    } catch (IOException | RuntimeException e) {
      return new ImageEvent.Unreadable(
          "the value does not fit the schema " + id + ": " + firstLine(e));
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private SchemaImages reader(int id) throws NoImageException {
    SchemaImages reader = readers.get(id);
    if (reader == null) {
      Optional<RegisteredSchema> schema = registry.schema(id);
      if (schema.isEmpty()) {
        throw new NoImageException("the schema registry does not know this schema");
      }
      reader = reader(schema.get());
      readers.put(id, reader);
    }
    return reader;
  }

  private SchemaImages reader(RegisteredSchema schema) throws NoImageException {
    return switch (schema.type()) {
      case "AVRO" -> new AvroImages(avro(schema), field);
      case "PROTOBUF" -> new ProtobufImages(protobuf(schema), field);
      case "JSON" -> new JsonImages(field);
      default ->
          throw new NoImageException("schemas of the type " + schema.type() + " are unknown");
    };
  }

  private Schema avro(RegisteredSchema schema) {
    Schema.Parser parser = new Schema.Parser();
    parse(schema, parser);
    return parser.parse(schema.text());
  }

  private void parse(RegisteredSchema schema, Schema.Parser parser) {
    for (RegisteredSchema.Reference reference : schema.references()) {
      if (!parser.getTypes().containsKey(reference.name())) {
        RegisteredSchema used = registry.schema(reference);
        parse(used, parser);
        parser.parse(used.text());
      }
    }
  }

  /** {@return the schema's file, and then all files that it imports} */
  private List<ProtoFileElement> protobuf(RegisteredSchema schema) {
    List<ProtoFileElement> files = new ArrayList<>();
    files.add(ProtoParser.Companion.parse(Location.get("schema.proto"), schema.text()));
    for (RegisteredSchema.Reference reference : schema.references()) {
      files.addAll(protobuf(registry.schema(reference)));
    }
    return files;
  }
}
