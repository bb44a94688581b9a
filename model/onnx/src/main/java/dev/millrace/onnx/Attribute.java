package dev.millrace.onnx;

import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.AttributeProto.AttributeType;
import dev.millrace.onnx.proto.TensorProto;
import java.util.Arrays;

/** Creates attributes of nodes. */
public final class Attribute {

  private Attribute() {}

  /**
   * {@return an attribute that holds a whole number}
   *
   * @param name the attribute's name
   * @param value the value
   */
  public static AttributeProto integer(String name, long value) {
    return of(name, AttributeType.INT).setI(value).build();
  }

  /**
   * {@return an attribute that holds a real number}
   *
   * @param name the attribute's name
   * @param value the value
   */
  public static AttributeProto real(String name, float value) {
    return of(name, AttributeType.FLOAT).setF(value).build();
  }

  /**
   * {@return an attribute that holds a list of whole numbers}
   *
   * @param name the attribute's name
   * @param values the values
   */
  public static AttributeProto integers(String name, long... values) {
    return of(name, AttributeType.INTS).addAllInts(Arrays.stream(values).boxed().toList()).build();
  }

  /**
   * {@return an attribute that holds a tensor}
   *
   * @param name the attribute's name
   * @param value the value
   */
  public static AttributeProto tensor(String name, TensorProto value) {
    return of(name, AttributeType.TENSOR).setT(value).build();
  }

  private static AttributeProto.Builder of(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }
}
