package dev.millrace.registry;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageField;
import java.io.EOFException;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads images from Avro records: a field of the type {@code bytes} or {@code fixed}, or a union
 * with one of them. Passes over the other fields without keeping their values. A schema that is
 * {@code bytes} itself has no field, and its value is the image.
 */
final class AvroImages implements SchemaImages {

  private final Schema schema;
  private final ImageField field;

  /**
   * @param schema the schema with which the events were written
   * @param field the field of the image
   */
  AvroImages(Schema schema, ImageField field) {
    this.schema = schema;
    this.field = field;
  }

  @Override
  public ImageEvent read(byte[] value, int from) throws NoImageException, IOException {
    BinaryDecoder in = DecoderFactory.get().binaryDecoder(value, from, value.length - from, null);
    return new ImageEvent.Encoded(
        image(schema, in, value.length, schema.getType() == Schema.Type.BYTES ? depth() : 0));
  }

  private int depth() {
    return field.path().size();
  }

  private byte[] image(Schema type, BinaryDecoder in, int most, int depth)
      throws NoImageException, IOException {
    if (type.getType() == Schema.Type.UNION) {
      return image(type.getTypes().get(in.readIndex()), in, most, depth);
    }
    if (type.getType() == Schema.Type.NULL) {
      throw new NoImageException("its field \"" + field + "\" is null");
    }
    if (depth == depth()) {
      return bytes(type, in, most);
    }
    if (type.getType() != Schema.Type.RECORD) {
      throw new NoImageException(
          "its field \"" + field.path().get(Math.max(depth - 1, 0)) + "\" is not a record");
    }
    for (Schema.Field next : type.getFields()) {
      if (next.name().equals(field.path().get(depth))) {
        return image(next.schema(), in, most, depth + 1);
      }
      GenericDatumReader.skip(next.schema(), in);
    }
    throw new NoImageException("it has no field \"" + field + "\"");
  }

  /** Reads bytes, after their length was compared with the size of the whole value. */
  private byte[] bytes(Schema type, BinaryDecoder in, int most)
      throws NoImageException, IOException {
    if (type.getType() != Schema.Type.BYTES && type.getType() != Schema.Type.FIXED) {
      throw new NoImageException(
          "its field \"" + field + "\" is of the type " + type.getType().getName() + ", not bytes");
    }
    long length = type.getType() == Schema.Type.FIXED ? type.getFixedSize() : in.readLong();
    if (length < 0 || length > most) {
      throw new EOFException("the image has " + length + " bytes, more than the value");
    }
    byte[] image = new byte[(int) length];
    in.readFixed(image);
    return image;
  }
}
