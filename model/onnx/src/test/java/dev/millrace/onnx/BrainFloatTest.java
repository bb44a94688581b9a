package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests that ONNX Runtime's CPU provider computes nothing in bfloat16. If this test fails after an
 * upgrade, bfloat16 may make models faster. RATIONALE.md, which says that bfloat16 does not, must
 * then be revised.
 */
class BrainFloatTest {

  @ParameterizedTest
  @CsvSource({"Conv, 4", "MatMul, 2", "Gemm, 2"})
  void operator_hasNoImplementation(String operator, int dimensions) {
    long[] shape = {8, 8, 1, 1};
    byte[] model = model(operator, Arrays.copyOf(shape, dimensions));

    assertThatThrownBy(() -> OrtLibrary.environment().createSession(model))
        .isInstanceOf(OrtException.class)
        .hasMessageContaining("NOT_IMPLEMENTED")
        .hasMessageContaining("Could not find an implementation for " + operator);
  }

  /** Returns a model that multiplies its input with weights in bfloat16. */
  private static byte[] model(String operator, long[] shape) {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("bfloat16")
            .addInput(Tensor.value("x", DataType.FLOAT, shape))
            .addInput(Tensor.value("weights", DataType.BFLOAT16, shape))
            .addNode(cast("x", "narrow", DataType.BFLOAT16))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType(operator)
                    .addInput("narrow")
                    .addInput("weights")
                    .addOutput("product"))
            .addNode(cast("product", "y", DataType.FLOAT))
            .addOutput(Tensor.shapeless("y", DataType.FLOAT));
    return ModelProto.newBuilder()
        .setIrVersion(10)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(22))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static NodeProto cast(String from, String to, DataType type) {
    return NodeProto.newBuilder()
        .setOpType("Cast")
        .addInput(from)
        .addOutput(to)
        .addAttribute(Attribute.integer("to", type.getNumber()))
        .build();
  }
}
