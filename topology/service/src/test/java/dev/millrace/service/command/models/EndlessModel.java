package dev.millrace.service.command.models;

import com.google.protobuf.ByteString;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.TensorShapeProto;
import dev.millrace.onnx.proto.TypeProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A classifier with three classes that negates its scores 2^62 times before it answers. */
final class EndlessModel {

  private static final long TIMES = 1L << 62;

  private EndlessModel() {}

  static byte[] bytes() {
    GraphProto body =
        GraphProto.newBuilder()
            .setName("body")
            .addInput(scalar("i", DataType.INT64))
            .addInput(scalar("go", DataType.BOOL))
            .addInput(value("before", DataType.FLOAT))
            .addNode(node("Identity", "on", "go"))
            .addNode(node("Neg", "after", "before"))
            .addOutput(value("on", DataType.BOOL))
            .addOutput(value("after", DataType.FLOAT))
            .build();
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("endless")
            .addInput(images())
            .addInitializer(times())
            .addNode(
                node("ReduceMean", "scores", "x").toBuilder()
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("axes")
                            .setType(AttributeProto.AttributeType.INTS)
                            .addAllInts(List.of(2L, 3L))))
            .addNode(
                node("Loop", "y", "times", "", "scores").toBuilder()
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("body")
                            .setType(AttributeProto.AttributeType.GRAPH)
                            .setG(body)))
            .addOutput(value("y", DataType.FLOAT))
            .build();
    return ModelProto.newBuilder()
        .setIrVersion(7)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static TensorProto times() {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(TIMES).flip();
    return TensorProto.newBuilder()
        .setName("times")
        .setDataType(DataType.INT64.getNumber())
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static ValueInfoProto images() {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
    for (long size : new long[] {3, 8, 8}) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    ValueInfoProto.Builder input = value("x", DataType.FLOAT).toBuilder();
    input.getTypeBuilder().getTensorTypeBuilder().setShape(shape);
    return input.build();
  }

  private static ValueInfoProto scalar(String name, DataType type) {
    ValueInfoProto.Builder scalar = value(name, type).toBuilder();
    scalar.getTypeBuilder().getTensorTypeBuilder().setShape(TensorShapeProto.getDefaultInstance());
    return scalar.build();
  }

  private static ValueInfoProto value(String name, DataType type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber())))
        .build();
  }
}
