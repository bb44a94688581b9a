package dev.millrace.onnx;

import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.util.Set;

/**
 * The largest change of a model's scores by rounding, as a fraction of the largest score. Rounding
 * changes the scores if the order of the model's additions or the last bit of the model's input
 * changes.
 *
 * @param relative the fraction
 */
record Rounding(double relative) {

  private static final Rounding SINGLE = new Rounding(1e-3);
  private static final Rounding COARSE = new Rounding(2e-2);

  /**
   * Operators that quantise a value with a scale that they compute from the whole batch, so that an
   * image's answer depends on the other images.
   */
  private static final Set<String> SHARED_SCALES =
      Set.of("DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM");

  private static final Set<Integer> HALVES =
      Set.of(DataType.FLOAT16_VALUE, DataType.BFLOAT16_VALUE);

  /**
   * {@return the rounding of a model, which is coarse if the model computes in half precision or in
   * 8 bits}
   */
  static Rounding of(OnnxFile file, ImageInput input) {
    boolean coarse =
        input.elements() == ElementType.FLOAT16
            || input.elements() == ElementType.BFLOAT16
            || file.graph().getNodeList().stream().anyMatch(Rounding::isCoarse)
            || file.graph().getInitializerList().stream()
                .anyMatch(weight -> HALVES.contains(weight.getDataType()));
    return coarse ? COARSE : SINGLE;
  }

  /** {@return whether an operator quantises with a scale that depends on the whole batch} */
  static boolean hasSharedScale(OnnxFile file) {
    return file.graph().getNodeList().stream()
        .anyMatch(node -> SHARED_SCALES.contains(node.getOpType()));
  }

  private static boolean isCoarse(NodeProto node) {
    return node.getOpType().contains("Quantize")
        || node.getOpType().startsWith("QLinear")
        || node.getOpType().endsWith("Integer")
        || (node.getOpType().equals("Cast")
            && node.getAttributeList().stream()
                .anyMatch(attribute -> HALVES.contains((int) attribute.getI())));
  }
}
