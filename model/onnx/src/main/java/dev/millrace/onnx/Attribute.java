package dev.millrace.onnx;

import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.AttributeProto.AttributeType;
import dev.millrace.onnx.proto.TensorProto;
import java.util.Arrays;

/** Creates attributes of nodes. */
final class Attribute {

  private Attribute() {}

  static AttributeProto integer(String name, long value) {
    return of(name, AttributeType.INT).setI(value).build();
  }

  static AttributeProto real(String name, float value) {
    return of(name, AttributeType.FLOAT).setF(value).build();
  }

  static AttributeProto integers(String name, long... values) {
    return of(name, AttributeType.INTS).addAllInts(Arrays.stream(values).boxed().toList()).build();
  }

  static AttributeProto tensor(String name, TensorProto value) {
    return of(name, AttributeType.TENSOR).setT(value).build();
  }

  private static AttributeProto.Builder of(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }
}
