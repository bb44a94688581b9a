package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.core.model.Device;
import dev.millrace.onnx.Attribute;
import dev.millrace.onnx.OrtLibrary;
import dev.millrace.onnx.OrtSessions;
import dev.millrace.onnx.Tensor;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActivationScaleTest {

  @ParameterizedTest
  @CsvSource({"0, 6", "-1.7, 2.9", "-3, 0", "0.5, 4", "-2, -1"})
  void range_isCovered_andZeroIsExact(double min, double max) {
    ActivationScale scale = ActivationScale.of(new Range(min, max));

    assertThat(scale.dequantize(scale.zeroPoint())).isZero();
    assertThat(scale.dequantize(0)).isCloseTo((float) Math.min(0, min), within(scale.scale()));
    assertThat(scale.dequantize(255)).isCloseTo((float) Math.max(0, max), within(scale.scale()));
  }

  @Test
  void rangeOfZerosAlone_hasAScale() {
    ActivationScale scale = ActivationScale.of(new Range(0, 0));

    assertThat(scale).isEqualTo(new ActivationScale(1, 0));
  }

  @Test
  void integersAndValues_areThoseOfOnnxRuntime() throws OrtException {
    ActivationScale scale = ActivationScale.of(new Range(-1.3, 2.1));
    Random random = new Random(1);
    float[] values = new float[4096];
    for (int i = 0; i < values.length; i++) {
      // Some values are halfway between two integers, some are outside the range.
      values[i] = i % 4 == 0 ? (i % 300 + 0.5f) * scale.scale() : (float) random.nextGaussian() * 2;
    }

    float[] expected = roundTrip(scale, values);

    for (int i = 0; i < values.length; i++) {
      assertThat(scale.dequantize(scale.quantize(values[i]))).isEqualTo(expected[i]);
    }
  }

  /** Runs QuantizeLinear and DequantizeLinear in ONNX Runtime. */
  private static float[] roundTrip(ActivationScale scale, float[] values) throws OrtException {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("round_trip")
            .addInput(Tensor.shapeless("x", DataType.FLOAT))
            .addInitializer(Tensor.floats(new float[] {scale.scale()}).toBuilder().setName("scale"))
            .addInitializer(
                Tensor.of(
                        DataType.UINT8,
                        ByteBuffer.wrap(new byte[] {(byte) scale.zeroPoint()}),
                        List.of())
                    .toBuilder()
                    .setName("zero"))
            .addNode(node("QuantizeLinear", "x", "q"))
            .addNode(node("DequantizeLinear", "q", "y"))
            .addOutput(Tensor.shapeless("y", DataType.FLOAT))
            .build();
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(7)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph)
            .build();
    try (OrtSession session = OrtSessions.open(model.toByteArray(), Device.CPU);
        OnnxTensor x = OnnxTensor.createTensor(OrtLibrary.environment(), values);
        OrtSession.Result result = session.run(Map.of("x", x))) {
      return (float[]) result.get(0).getValue();
    }
  }

  private static NodeProto node(String operator, String input, String output) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(input, "scale", "zero"))
        .addOutput(output)
        .addAttribute(Attribute.integer("axis", 0))
        .build();
  }
}
