package dev.millrace.registry;

import dev.millrace.events.ImageField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads one field of Avro records, and skips the other fields without keeping their values. The
 * field's type is one of the types that {@link FieldContent} allows, or a union with one of these
 * types. If the schema is not a record but one of these types, the whole value is the content.
 */
final class AvroField implements SchemaField<byte[]> {

  private final Schema schema;
  private final ImageField field;
  private final FieldContent content;

  /**
   * @param schema the schema with which the events were written
   * @param field the field
   * @param content the kind of content that the field holds
   */
  AvroField(Schema schema, ImageField field, FieldContent content) {
    this.schema = schema;
    this.field = field;
    this.content = content;
  }

  @Override
  public byte[] read(byte[] value, int from) throws MissingFieldException, IOException {
    BinaryDecoder in = DecoderFactory.get().binaryDecoder(value, from, value.length - from, null);
    AvroSkip skip = new AvroSkip(in, value.length);
    return read(schema, in, skip, content.mayBe(schema.getType()) ? depth() : 0);
  }

  private int depth() {
    return field.path().size();
  }

  private byte[] read(Schema type, BinaryDecoder in, AvroSkip skip, int depth)
      throws MissingFieldException, IOException {
    if (type.getType() == Schema.Type.UNION) {
      return read(type.getTypes().get(in.readIndex()), in, skip, depth);
    }
    if (type.getType() == Schema.Type.NULL) {
      throw new MissingFieldException("its field \"" + field + "\" is null");
    }
    if (depth == depth()) {
      return content(type, in, skip);
    }
    if (type.getType() != Schema.Type.RECORD) {
      throw new MissingFieldException(
          depth == 0
              ? "it is of the type " + type.getType().getName() + ", not a record"
              : "its field \"" + field.path().get(depth - 1) + "\" is not a record");
    }
    for (Schema.Field next : type.getFields()) {
      if (next.name().equals(field.path().get(depth))) {
        return read(next.schema(), in, skip, depth + 1);
      }
      skip.skip(next.schema());
    }
    throw new MissingFieldException("it has no field \"" + field + "\"");
  }

  private byte[] content(Schema type, BinaryDecoder in, AvroSkip skip)
      throws MissingFieldException, IOException {
    if (!content.mayBe(type.getType())) {
      throw new MissingFieldException(
          "its field \""
              + field
              + "\" is of the type "
              + type.getType().getName()
              + ", not "
              + content.type());
    }
    if (type.getType() == Schema.Type.ENUM) {
      return type.getEnumSymbols().get(in.readEnum()).getBytes(StandardCharsets.UTF_8);
    }
    byte[] bytes =
        new byte
            [type.getType() == Schema.Type.FIXED
                ? skip.bounded(type.getFixedSize())
                : skip.length()];
    in.readFixed(bytes);
    return bytes;
  }
}
