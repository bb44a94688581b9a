package dev.millrace.onnx;

import static dev.millrace.onnx.SmallModel.PREPROCESSING;
import static dev.millrace.onnx.SmallModel.nchw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.ModelProto;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the comparison of a model with the untouched file that it was made from. */
class BatchProofTest {

  private final ExportedModel exported = ExportedModel.of(nchw().bytes());
  private OriginalModel original;
  private BatchProof proof;

  @BeforeEach
  void runOriginal() {
    original = OriginalModel.open(exported, "y");
    proof = new BatchProof(exported.file(), input(), PREPROCESSING, original);
  }

  @AfterEach
  void close() {
    original.close();
  }

  @Test
  void sameModel_isAccepted() {
    SerializedModel scores = scores(nchw().model(), PREPROCESSING, Tensor.BATCH);

    assertThat(proof.failure(scores, true)).isEmpty();
    proof.requireSingle(scores);
  }

  @Test
  void otherNormalisation_isRefused() {
    Preprocessing other = new Preprocessing(4, 6, List.of(0.5f, 0.4f, 0.31f), PREPROCESSING.std());
    SerializedModel scores = scores(nchw().model(), other, Tensor.BATCH);

    assertThat(proof.failure(scores, false))
        .get()
        .asString()
        .startsWith("its scores for a sample image differ by 0.");
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> proof.requireSingle(scores))
        .withMessageStartingWith("the prepared model's answers differ from the file's own (its")
        .withMessageContaining("): export the model again");
  }

  @Test
  void swappedRows_areFound() {
    ModelProto swapped = nchw().ending(BatchProofTest::lastRowFirst).model();

    assertThat(proof.failure(scores(swapped, PREPROCESSING, Tensor.BATCH), false))
        .contains("an image's answer depends on the other images in its batch");
  }

  @Test
  void modelThatDoesNotRunInBatches_isFound() {
    assertThat(proof.failure(scores(nchw().model(), PREPROCESSING, 1), false))
        .get()
        .asString()
        .startsWith("a batch does not run (Got invalid dimensions for input: pixels");
  }

  @Test
  void answersOfDifferentLength_areFound() {
    ModelProto longer = nchw().ending(BatchProofTest::twice).model();

    assertThat(proof.failure(scores(longer, PREPROCESSING, Tensor.BATCH), false))
        .contains("a batch of 1 has 10 scores, not 5");
  }

  private static ImageInput input() {
    return new ImageInput("x", ImageLayout.NCHW, ElementType.FLOAT32, true);
  }

  private static SerializedModel scores(ModelProto model, Preprocessing preprocessing, long batch) {
    OnnxFile file = new OnnxFile(model);
    ScoreOutput output = new ScoreOutputs(file, SmallModel.CLASSES).find(null);
    return new PreparedGraph(file, input(), output, preprocessing, batch).scores();
  }

  /** Reverses the order of the rows. */
  private static String lastRowFirst(SmallModel.Ending end) {
    OnnxGraph graph = end.graph();
    String start = graph.weight("start", Tensor.integers(-1));
    String stop = graph.weight("stop", Tensor.integers(Long.MIN_VALUE));
    String axis = graph.weight("axis", Tensor.integers(0));
    String step = graph.weight("step", Tensor.integers(-1));
    return graph.node("Slice", "reversed", List.of(end.logits(), start, stop, axis, step));
  }

  private static String twice(SmallModel.Ending end) {
    return end.graph()
        .node("Concat", "twice", List.of(end.logits(), end.logits()), Attribute.integer("axis", 1));
  }
}
