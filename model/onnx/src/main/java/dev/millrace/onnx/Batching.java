package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.onnx.proto.NodeProto;
import java.util.Optional;

/**
 * Says whether a model runs whole batches at once or one image at a time. The model runs whole
 * batches only if a test has shown that the answers are right.
 *
 * @param graph the model's graph with the added nodes before and after it
 * @param rewritten whether a batch axis that was fixed at 1 was opened
 * @param single the reason why a run takes only one image; empty if a run takes a whole batch
 */
record Batching(PreparedGraph graph, boolean rewritten, Optional<String> single) {

  /**
   * Compares a model with its untouched file, and decides whether it runs whole batches.
   *
   * @throws dev.millrace.core.model.ModelException if the model answers differently from its file
   *     even one image at a time
   */
  static Batching of(
      OnnxFile file,
      ImageInput input,
      ScoreOutput output,
      Preprocessing preprocessing,
      OriginalModel original) {
    boolean fixed = InputShape.of(file.input()).isSingle();
    BatchProof proof = new BatchProof(file, input, preprocessing, original);
    Optional<String> single = shared(file, input);
    if (single.isEmpty()) {
      OnnxFile open = fixed ? BatchAxis.open(file) : file;
      PreparedGraph graph = new PreparedGraph(open, input, output, preprocessing, Tensor.BATCH);
      single = proof.failure(graph.scores(), fixed).map(reason -> reason(file, reason));
      if (single.isEmpty()) {
        return new Batching(graph, fixed, single);
      }
    }
    PreparedGraph graph = new PreparedGraph(file, input, output, preprocessing, 1);
    proof.requireSingle(graph.scores());
    return new Batching(graph, false, single);
  }

  /** {@return the reason of a failure that the file shows, or else the given reason} */
  private static String reason(OnnxFile file, String failure) {
    return file.graph().getNodeList().stream().anyMatch(Batching::isInTraining)
        ? "its batch norms are in training mode, so its answers are probably wrong: export it in"
            + " evaluation mode, for example after model.eval() in PyTorch"
        : failure;
  }

  /**
   * {@return whether a node is a batch norm that computes the statistics of its batch} Before
   * operator set 14, such a batch norm has further outputs, and no attribute.
   */
  private static boolean isInTraining(NodeProto node) {
    return node.getOpType().equals("BatchNormalization")
        && (node.getOutputList().stream().filter(output -> !output.isEmpty()).count() > 1
            || node.getAttributeList().stream()
                .anyMatch(
                    attribute ->
                        attribute.getName().equals("training_mode") && attribute.getI() != 0));
  }

  /**
   * {@return the reason why a run cannot take several images, as far as the file shows it; empty if
   * the file shows no reason}
   */
  private static Optional<String> shared(OnnxFile file, ImageInput input) {
    if (!input.batched()) {
      return Optional.of("its input has three axes");
    }
    return Rounding.hasSharedScale(file)
        ? Optional.of("it quantises with a scale that depends on the whole batch")
        : Optional.empty();
  }
}
