package dev.millrace.registry;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import com.squareup.wire.schema.Field;
import com.squareup.wire.schema.internal.parser.FieldElement;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import dev.millrace.events.ImageField;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one field of Protobuf messages, and skips the other fields without keeping their values.
 * The field must have the type that {@link FieldContent} allows.
 */
final class ProtobufField implements SchemaField<byte[]> {

  /** The deepest nesting of message types that Protobuf allows. */
  private static final int DEEPEST = 100;

  private final ProtobufTypes types;
  private final ImageField field;
  private final FieldContent content;

  /**
   * @param files the schema's file, and then the files that it imports
   * @param field the field
   * @param content the kind of content that the field holds
   */
  ProtobufField(List<ProtoFileElement> files, ImageField field, FieldContent content) {
    this.types = new ProtobufTypes(files);
    this.field = field;
    this.content = content;
  }

  @Override
  public byte[] read(byte[] value, int from) throws MissingFieldException, IOException {
    CodedInputStream in = CodedInputStream.newInstance(value, from, value.length - from);
    int[] numbers = numbers(types.message(indexes(in)));
    byte[] found = read(in, numbers, 0);
    if (found == null) {
      throw new MissingFieldException("its field \"" + field + "\" is not set");
    }
    return found;
  }

  /**
   * {@return the path of the message's type in the schema's file: the index of a message in the
   * file, then the index of a message inside that message, and so on} The wire format shortens the
   * path of the file's first message to one byte 0.
   */
  private static List<Integer> indexes(CodedInputStream in) throws IOException {
    int count = in.readSInt32();
    if (count < 0 || count > DEEPEST) {
      throw new IOException("the message's type has " + count + " indexes");
    }
    List<Integer> indexes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      indexes.add(in.readSInt32());
    }
    return count == 0 ? List.of(0) : indexes;
  }

  private int[] numbers(ProtobufTypes.Message type) throws MissingFieldException {
    int[] numbers = new int[field.path().size()];
    ProtobufTypes.Message message = type;
    for (int i = 0; i < numbers.length; i++) {
      FieldElement found = message.field(field.path().get(i));
      if (found == null) {
        throw new MissingFieldException("it has no field \"" + field + "\"");
      }
      if (found.getLabel() == Field.Label.REPEATED) {
        throw new MissingFieldException(
            "its field \"" + found.getName() + "\" is repeated; an event has one " + content);
      }
      numbers[i] = found.getTag();
      if (i + 1 < numbers.length) {
        message = types.message(message, found.getType());
      } else if (!content.mayBe(found.getType())) {
        throw new MissingFieldException(
            "its field \""
                + field
                + "\" is of the type "
                + found.getType()
                + ", not "
                + content.type());
      }
    }
    return numbers;
  }

  private static byte[] read(CodedInputStream in, int[] numbers, int depth) throws IOException {
    byte[] found = null;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag != (numbers[depth] << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED)) {
        in.skipField(tag);
      } else if (depth + 1 == numbers.length) {
        found = in.readByteArray();
      } else {
        int outer = in.pushLimit(in.readRawVarint32());
        byte[] inner = read(in, numbers, depth + 1);
        found = inner == null ? found : inner;
        in.popLimit(outer);
      }
    }
    return found;
  }
}
