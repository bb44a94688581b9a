package dev.millrace.onnx;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataLocation;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A tensor whose values are a part of another file.
 *
 * @param tensor the tensor
 */
record ExternalTensor(TensorProto tensor) {

  private static final String LOCATION = "location";
  private static final String OFFSET = "offset";
  private static final String LENGTH = "length";

  /** {@return whether a tensor's values are in another file} */
  static boolean is(TensorProto tensor) {
    return tensor.getDataLocation() == DataLocation.EXTERNAL || tensor.getExternalDataCount() > 0;
  }

  /**
   * {@return the model with a replacement for each tensor whose values are in another file}
   *
   * @param replacement maps a tensor to its replacement, which may be the tensor itself
   */
  static ModelProto replaceAll(ModelProto model, UnaryOperator<TensorProto> replacement) {
    return (ModelProto) replaced(model, replacement);
  }

  private static Message replaced(Message message, UnaryOperator<TensorProto> replacement) {
    if (message instanceof TensorProto tensor) {
      return is(tensor) ? replacement.apply(tensor) : tensor;
    }
    Message.Builder builder = null;
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      Object value = field.getValue();
      Object replaced =
          value instanceof List<?> children
              ? children.stream().map(child -> replaced((Message) child, replacement)).toList()
              : replaced((Message) value, replacement);
      if (!replaced.equals(value)) {
        builder = builder == null ? message.toBuilder() : builder;
        builder.setField(field.getKey(), replaced);
      }
    }
    return builder == null ? message : builder.build();
  }

  /** {@return the tensor's name, quoted and on one line} */
  String name() {
    return OneLine.quoted(tensor.getName());
  }

  /**
   * {@return the path of the file relative to the model's folder, as the model states it; empty if
   * the model states none}
   */
  String location() {
    return entry(LOCATION, "");
  }

  /**
   * {@return the file's path on one line for an error message, or {@code not named} if there is
   * none}
   */
  String file() {
    return OneLine.of(entry(LOCATION, "not named"));
  }

  /**
   * {@return the position of the first value in the file, in bytes; 0 if the model states none}
   *
   * @throws ModelException if the stated value is not a number
   */
  long offset() {
    return number(OFFSET, 0);
  }

  /**
   * {@return the number of bytes}
   *
   * @param absent the result if the model states no number
   * @throws ModelException if the stated value is not a number
   */
  long length(long absent) {
    return number(LENGTH, absent);
  }

  /** {@return the tensor with its values in a file with another name} */
  TensorProto at(String location) {
    TensorProto.Builder moved =
        tensor.toBuilder().clearExternalData().setDataLocation(DataLocation.EXTERNAL);
    moved.addExternalData(entryOf(LOCATION, location));
    tensor.getExternalDataList().stream()
        .filter(entry -> entry.getKey().equals(OFFSET) || entry.getKey().equals(LENGTH))
        .forEach(moved::addExternalData);
    return moved.build();
  }

  /**
   * Reads a value. Refuses several values for one key, because ONNX Runtime might use a different
   * one of them than this class.
   */
  private String entry(String key, String absent) {
    List<String> values =
        tensor.getExternalDataList().stream()
            .filter(entry -> entry.getKey().equals(key))
            .map(StringStringEntryProto::getValue)
            .toList();
    if (values.size() > 1) {
      throw new ModelException(
          "weight " + name() + " has several values of " + key + ": export the model again");
    }
    return values.isEmpty() ? absent : values.get(0);
  }

  private long number(String key, long absent) {
    String text = entry(key, null);
    try {
      return text == null ? absent : Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new ModelException(
          "weight "
              + name()
              + " has the "
              + key
              + " "
              + OneLine.quoted(text)
              + ", which is not a number: export the model again",
          e);
    }
  }

  private static StringStringEntryProto entryOf(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
