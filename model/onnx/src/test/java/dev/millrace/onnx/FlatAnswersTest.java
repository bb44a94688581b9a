package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reference answers of a model with so many classes that every score is below the bound. */
class FlatAnswersTest {

  private static final int CLASSES = 100;

  private static final ReferenceAnswers EXPECTED =
      new ReferenceAnswers(List.of(new byte[3]), List.of(scores(7, 0.04f)));

  @Test
  void clearBestClass_mustNotChange() {
    require(scores(7, 0.03f));

    assertThatThrownBy(() -> require(scores(8, 0.04f)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("its best class is 8 instead of 7; serve the float32 version");
  }

  @Test
  void classThatIsHardlyBetterThanTheNext_mayChange() {
    ReferenceAnswers unclear =
        new ReferenceAnswers(List.of(new byte[3]), List.of(scores(7, 0.015f)));

    assertThatCode(() -> unclear.require(new Answering(scores(8, 0.015f)), ReferenceAnswers.BOUND))
        .doesNotThrowAnyException();
  }

  private static void require(float[] answer) {
    EXPECTED.require(new Answering(answer), ReferenceAnswers.BOUND);
  }

  /** {@return the same score for all classes but one} */
  private static float[] scores(int best, float score) {
    float[] scores = new float[CLASSES];
    Arrays.fill(scores, 0.01f);
    scores[best] = score;
    return scores;
  }

  /** Gives one answer to every image. */
  private record Answering(float[] answer) implements ModelSession {

    @Override
    public int classes() {
      return answer.length;
    }

    @Override
    public int inputWidth() {
      return 1;
    }

    @Override
    public int inputHeight() {
      return 1;
    }

    @Override
    public void run(ByteBuffer images, int count, FloatBuffer probabilities) {
      probabilities.put(0, answer);
    }

    @Override
    public void close() {}
  }
}
