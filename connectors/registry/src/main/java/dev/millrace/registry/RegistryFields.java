package dev.millrace.registry;

import com.squareup.wire.schema.Location;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.ProtoParser;
import dev.millrace.events.ImageField;
import dev.millrace.events.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/**
 * Reads one field of events, with the events' schemas from the registry. Thread-safe.
 *
 * @param <T> the type of the result
 */
final class RegistryFields<T> {

  private final RegistryClient registry;
  private final ImageField field;
  private final FieldContent content;
  private final Function<byte[], T> form;
  private final SchemaField<T> json;
  private final Map<Integer, SchemaField<T>> readers = new ConcurrentHashMap<>();

  /**
   * @param field the field
   * @param content the kind of content that the field holds
   * @param form creates the result from the bytes of the field; text is in UTF-8
   * @param json reads events in JSON
   */
  RegistryFields(
      RegistryClient registry,
      ImageField field,
      FieldContent content,
      Function<byte[], T> form,
      SchemaField<T> json) {
    this.registry = registry;
    this.field = field;
    this.content = content;
    this.form = form;
    this.json = json;
  }

  /**
   * {@return the content of an event's field}
   *
   * @param value a value that {@linkplain WireFormat#begins begins} like the wire format
   * @throws MissingFieldException if the event does not have the field; the message names the
   *     schema and the reason
   * @throws RegistryException if the registry does not answer
   */
  T read(byte[] value) throws MissingFieldException {
    int id = WireFormat.schemaId(value);
    try {
      return reader(id).read(value, WireFormat.HEADER_BYTES);
    } catch (MissingFieldException e) {
      throw new MissingFieldException("a record with the schema " + id + ": " + e.getMessage());
    } catch (RegistryException e) {
      throw e;
    } catch (StackOverflowError e) {
      throw new MissingFieldException("a record with the schema " + id + " is nested too deeply");
    } catch (IOException | RuntimeException e) {
      throw new MissingFieldException(
          "the value does not fit the schema " + id + ": " + firstLine(e));
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private SchemaField<T> reader(int id) throws MissingFieldException {
    SchemaField<T> reader = readers.get(id);
    if (reader == null) {
      Optional<RegisteredSchema> schema = registry.schema(id);
      if (schema.isEmpty()) {
        throw new MissingFieldException("the schema registry does not know this schema");
      }
      reader = reader(schema.get());
      readers.put(id, reader);
    }
    return reader;
  }

  private SchemaField<T> reader(RegisteredSchema schema) throws MissingFieldException {
    return switch (schema.type()) {
      case "AVRO" -> new AvroField(avro(schema), field, content).as(form);
      case "PROTOBUF" -> new ProtobufField(protobuf(schema), field, content).as(form);
      case "JSON" -> json;
      default ->
          throw new MissingFieldException("schemas of the type " + schema.type() + " are unknown");
    };
  }

  /**
   * Parses the schema without validating names and defaults, because invalid names and defaults do
   * not prevent reading a field.
   */
  private Schema avro(RegisteredSchema schema) throws MissingFieldException {
    Schema.Parser parser = new Schema.Parser(NameValidator.NO_VALIDATION);
    parser.setValidateDefaults(false);
    parse(schema, parser);
    return parser.parse(schema.text());
  }

  private void parse(RegisteredSchema schema, Schema.Parser parser) throws MissingFieldException {
    for (RegisteredSchema.Reference reference : schema.references()) {
      if (!parser.getTypes().containsKey(reference.name())) {
        RegisteredSchema used = used(reference);
        parse(used, parser);
        parser.parse(used.text());
      }
    }
  }

  /** {@return the schema's file, followed by all files that it imports} */
  private List<ProtoFileElement> protobuf(RegisteredSchema schema) throws MissingFieldException {
    List<ProtoFileElement> files = new ArrayList<>();
    files.add(ProtoParser.Companion.parse(Location.get("schema.proto"), schema.text()));
    for (RegisteredSchema.Reference reference : schema.references()) {
      files.addAll(protobuf(used(reference)));
    }
    return files;
  }

  private RegisteredSchema used(RegisteredSchema.Reference reference) throws MissingFieldException {
    return registry
        .schema(reference)
        .orElseThrow(
            () ->
                new MissingFieldException(
                    "the schema registry has no version "
                        + reference.version()
                        + " of the subject "
                        + reference.subject()
                        + ", which the schema uses"));
  }
}
