package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import java.util.Optional;

/**
 * How a model's graph is served: whole batches at once if that is shown to be right, otherwise one
 * image at a time.
 *
 * @param graph the graph, around which the nodes are added
 * @param rewritten whether the batch axis, which was fixed at 1, was opened
 * @param single why a run takes only one image; empty if it takes a whole batch
 */
record Batching(PreparedGraph graph, boolean rewritten, Optional<String> single) {

  /**
   * Decides how a model is served, by comparison with its untouched file.
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
      single = proof.failure(graph.scores(), fixed);
      if (single.isEmpty()) {
        return new Batching(graph, fixed, single);
      }
    }
    PreparedGraph graph = new PreparedGraph(file, input, output, preprocessing, 1);
    proof.requireSingle(graph.scores());
    return new Batching(graph, false, single);
  }

  /**
   * {@return why a run cannot take several images, as far as the file itself shows it; empty if it
   * shows no reason}
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
