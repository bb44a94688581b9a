package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ScoreKind;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.Optional;
import java.util.Set;

/**
 * The output of an exported model that holds the scores, before the model is prepared.
 *
 * @param name name of the output
 * @param elements number of the element type in the ONNX format
 * @param origin the node that computes the scores
 * @param isChosen whether the model has other outputs
 */
record ScoreOutput(String name, int elements, ScoreOrigin origin, boolean isChosen) {

  private static final Set<Integer> HALVES =
      Set.of(DataType.FLOAT16_VALUE, DataType.BFLOAT16_VALUE);

  private static final Set<Integer> FLOATS =
      Set.of(
          DataType.FLOAT_VALUE,
          DataType.DOUBLE_VALUE,
          DataType.FLOAT16_VALUE,
          DataType.BFLOAT16_VALUE);

  private static final Set<Integer> BYTES = Set.of(DataType.UINT8_VALUE, DataType.INT8_VALUE);

  /**
   * Reads the declaration of an output.
   *
   * @param isChosen whether the model has other outputs
   * @throws ModelException if the output cannot hold scores
   */
  static ScoreOutput of(OnnxFile file, ValueInfoProto value, boolean isChosen) {
    ScoreOutput output = declared(file, value, isChosen);
    if (!output.mayHoldScores()) {
      throw new ModelException(
          "output "
              + OneLine.quoted(value.getName())
              + " holds no float32 or float16 scores: export the model without its last step"
              + " (ArgMax, ZipMap or similar), so that it returns one score per class");
    }
    return output;
  }

  /** Reads the declaration of any output, even of one that cannot hold scores. */
  static ScoreOutput declared(OnnxFile file, ValueInfoProto value, boolean isChosen) {
    return new ScoreOutput(
        value.getName(),
        value.getType().getTensorType().getElemType(),
        ScoreOrigin.of(file.graph(), value.getName()),
        isChosen);
  }

  /** {@return whether the output may hold scores, according to its declared type} */
  boolean mayHoldScores() {
    return FLOATS.contains(elements) || quantizer().isPresent();
  }

  /** {@return the node that rounds the scores to 8 bits, if the output holds 8-bit integers} */
  Optional<NodeProto> quantizer() {
    return BYTES.contains(elements)
        ? origin.quantizer().filter(node -> node.getInputCount() > 1)
        : Optional.empty();
  }

  /** {@return whether the type of the elements is not float32} */
  boolean needsCast() {
    return elements != DataType.FLOAT_VALUE;
  }

  /** {@return whether each score may have been rounded to half precision} */
  boolean rounded() {
    return HALVES.contains(elements) || origin.cast();
  }

  /**
   * {@return the kind of scores that the graph shows, or null if the graph does not show the kind}
   */
  ScoreKind kind() {
    return origin.kind();
  }
}
