package dev.millrace.registry;

import java.io.EOFException;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;

/**
 * Skips Avro values. Unlike Avro's own code, this class compares every length, and the total number
 * of items, with the size of the record's value. Therefore, a damaged value causes an exception,
 * and cannot keep the thread busy for ever. Not thread-safe.
 */
final class AvroSkip {

  private final BinaryDecoder in;
  private final int most;
  private long items;

  /**
   * @param in reads the record's value
   * @param most the size of the record's value, in bytes
   */
  AvroSkip(BinaryDecoder in, int most) {
    this.in = in;
    this.most = most;
  }

  /** Skips a value of the given type. */
  void skip(Schema type) throws IOException {
    switch (type.getType()) {
      case NULL -> {}
      case BOOLEAN -> in.skipFixed(1);
      case INT, LONG, ENUM -> {
        var unused = in.readLong();
      }
      case FLOAT -> in.skipFixed(Float.BYTES);
      case DOUBLE -> in.skipFixed(Double.BYTES);
      case FIXED -> in.skipFixed(bounded(type.getFixedSize()));
      case BYTES, STRING -> in.skipFixed(length());
      case UNION -> skip(type.getTypes().get(in.readIndex()));
      case RECORD -> {
        for (Schema.Field field : type.getFields()) {
          skip(field.schema());
        }
      }
      case ARRAY -> items(type.getElementType(), false);
      case MAP -> items(type.getValueType(), true);
    }
  }

  /**
   * Skips the blocks of items of an array or a map. If the item count of a block is negative, the
   * block's length in bytes follows the count, so the whole block is skipped at once.
   */
  private void items(Schema item, boolean keys) throws IOException {
    for (long count = in.readLong(); count != 0; count = in.readLong()) {
      if (count < 0) {
        in.skipFixed(length());
        continue;
      }
      items += count;
      if (items < 0 || items > most) {
        throw new EOFException("it has " + count + " items, more than the value has bytes");
      }
      for (long i = 0; i < count; i++) {
        if (keys) {
          in.skipFixed(length());
        }
        skip(item);
      }
    }
  }

  /** {@return the next number in the value, which is a length in bytes} */
  int length() throws IOException {
    return bounded(in.readLong());
  }

  /** {@return the given length, after a check that the value has at least this number of bytes} */
  int bounded(long length) throws IOException {
    if (length < 0 || length > most) {
      throw new EOFException("a field has " + length + " bytes, and the value has " + most);
    }
    return (int) length;
  }
}
