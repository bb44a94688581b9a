package dev.millrace.registry;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import com.squareup.wire.schema.internal.parser.FieldElement;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageField;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads images from Protobuf messages: a field of the type {@code bytes}. Passes over the other
 * fields without keeping their values.
 */
final class ProtobufImages implements SchemaImages {

  /** The deepest nesting of message types that Protobuf allows. */
  private static final int DEEPEST = 100;

  private final ProtobufTypes types;
  private final ImageField field;

  /**
   * @param files the schema's file, and then the files that it imports
   * @param field the field of the image
   */
  ProtobufImages(List<ProtoFileElement> files, ImageField field) {
    this.types = new ProtobufTypes(files);
    this.field = field;
  }

  @Override
  public ImageEvent read(byte[] value, int from) throws NoImageException, IOException {
    CodedInputStream in = CodedInputStream.newInstance(value, from, value.length - from);
    int[] numbers = numbers(types.message(indexes(in)));
    byte[] image = image(in, numbers, 0);
    if (image == null) {
      throw new NoImageException("its field \"" + field + "\" is not set");
    }
    return new ImageEvent.Encoded(image);
  }

  /**
   * {@return the indexes of the message's type in the schema: of a message in the file, of a
   * message in that message, …} The wire format writes the first message of the file as one byte 0.
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

  private int[] numbers(ProtobufTypes.Message type) throws NoImageException {
    int[] numbers = new int[field.path().size()];
    ProtobufTypes.Message message = type;
    for (int i = 0; i < numbers.length; i++) {
      FieldElement found = message.field(field.path().get(i));
      if (found == null) {
        throw new NoImageException("it has no field \"" + field + "\"");
      }
      numbers[i] = found.getTag();
      if (i + 1 < numbers.length) {
        message = types.message(message, found.getType());
      } else if (!found.getType().equals("bytes")) {
        throw new NoImageException(
            "its field \"" + field + "\" is of the type " + found.getType() + ", not bytes");
      }
    }
    return numbers;
  }

  private static byte[] image(CodedInputStream in, int[] numbers, int depth) throws IOException {
    byte[] image = null;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag != (numbers[depth] << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED)) {
        in.skipField(tag);
      } else if (depth + 1 == numbers.length) {
        image = in.readByteArray();
      } else {
        int outer = in.pushLimit(in.readRawVarint32());
        byte[] inner = image(in, numbers, depth + 1);
        image = inner == null ? image : inner;
        in.popLimit(outer);
      }
    }
    return image;
  }
}
