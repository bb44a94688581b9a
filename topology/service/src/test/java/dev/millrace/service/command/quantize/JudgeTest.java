package dev.millrace.service.command.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.evaluation.CrossFit;
import dev.millrace.core.evaluation.NonInferiority;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.service.command.lifecycle.CommandException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class JudgeTest {

  private static final Preprocessing PREPROCESSING =
      new Preprocessing(4, 4, List.of(0.5f, 0.5f, 0.5f), List.of(0.5f, 0.5f, 0.5f));

  private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());

  @Test
  void knownClasses_areJudgedByTheAccuracyOfBoth() {
    // The images have the levels 0 to 9, and the levels from 5 on count as bright. The first model
    // recognises all bright images, and the second model recognises all but one.
    Judgement judgement =
        judge(
            bright(5, AnswerKind.EXCLUSIVE),
            bright(6, AnswerKind.EXCLUSIVE),
            IntStream.range(0, 10).mapToObj(level -> picture(level, level >= 5 ? 1 : 0)).toList());

    assertThat(judgement.measure()).isEqualTo("accuracy");
    assertThat(judgement.images()).isEqualTo(10);
    assertThat(judgement.float32().value()).isEqualTo(1.0);
    assertThat(judgement.int8().value()).isEqualTo(0.9);
    assertThat(judgement.loss()).isBetween(9.999, 10.001);
    assertThat(judgement.changes().lost()).isEqualTo(1);
    assertThat(judgement.changes().gained()).isZero();
  }

  /**
   * Of each ten images, the first model is wrong about one, and the second model is wrong about two
   * others. The measured loss is 10 points, but 100 images do not exclude a loss of 16 points.
   */
  @Test
  void changes_areCounted_andBoundTheLoss() {
    List<Picture> pictures =
        IntStream.range(0, 100)
            .mapToObj(i -> picture(i % 10, i % 10 == 4 || i % 10 >= 7 ? 1 : 0))
            .toList();

    Judgement judgement =
        judge(bright(7, AnswerKind.EXCLUSIVE), bright(4, AnswerKind.EXCLUSIVE), pictures);

    assertThat(judgement.loss()).isBetween(9.999, 10.001);
    assertThat(judgement.changes().lost()).isEqualTo(20);
    assertThat(judgement.changes().gained()).isEqualTo(10);
    assertThat(judgement.changes().bound())
        .isEqualTo(100 * NonInferiority.bound(100, 10, 20, 0.05))
        .isBetween(16.0, 22.0);
  }

  @Test
  void unknownClasses_areJudgedByTheSameBestClass() {
    Judgement judgement =
        judge(
            bright(5, AnswerKind.EXCLUSIVE),
            bright(7, AnswerKind.EXCLUSIVE),
            IntStream.range(0, 10).mapToObj(level -> picture(level, Picture.UNKNOWN)).toList());

    assertThat(judgement.measure()).isEqualTo("agreement");
    assertThat(judgement.float32()).isNull();
    assertThat(judgement.changes()).isNull();
    assertThat(judgement.int8().value()).isEqualTo(0.8);
    assertThat(judgement.loss()).isBetween(19.999, 20.001);
  }

  @Test
  void independentClasses_areJudgedByTheSameDecisions() {
    Judgement judgement =
        judge(
            bright(5, AnswerKind.INDEPENDENT),
            bright(6, AnswerKind.INDEPENDENT),
            IntStream.range(0, 10).mapToObj(level -> picture(level, 0)).toList());

    assertThat(judgement.measure()).isEqualTo("agreement");
    assertThat(judgement.int8().value()).isEqualTo(0.9);
  }

  /**
   * The int8 model gives each answer a probability of 90 %, but is right about only half of the
   * images.
   */
  @Test
  void temperature_isFittedToTheInt8ModelsAnswers_ifTheClassesAreKnown() {
    ModelSession model = bright(5, AnswerKind.EXCLUSIVE);
    List<Picture> pictures =
        IntStream.range(0, 100).mapToObj(i -> picture(i % 10, i / 10 % 2)).toList();

    CrossFit fit = verdict(bright(0, AnswerKind.EXCLUSIVE), model, pictures).fit();

    assertThat(fit.calibration().images()).isEqualTo(100);
    assertThat(fit.calibration().temperature()).isBetween(11.0, 12.0);
    assertThat(fit.figures().top1().value()).isEqualTo(0.5);
    assertThat(fit.figures().logLoss().value()).isBetween(0.69, 0.71);
    assertThat(fit.calibration().before().logLoss().value()).isBetween(1.2, 1.21);
    assertThat(verdict(model, model, List.of(picture(1, Picture.UNKNOWN))).fit()).isNull();
    ModelSession independent = bright(5, AnswerKind.INDEPENDENT);
    assertThat(verdict(independent, independent, pictures).fit()).isNull();
  }

  @Test
  void imageThatCannotBeDecoded_isNamedAndNotCounted() {
    List<Picture> pictures =
        List.of(picture(1, 0), new Picture("broken", 0, () -> new byte[] {1, 2, 3}));
    ModelSession model = bright(5, AnswerKind.EXCLUSIVE);

    assertThat(judge(model, model, pictures).images()).isEqualTo(1);
    assertThat(complaints).singleElement().asString().startsWith("broken: ");
    assertThatThrownBy(() -> judge(model, model, pictures.subList(1, 2)))
        .isInstanceOf(CommandException.class)
        .hasMessage("none of the 1 held-out images can be read");
  }

  private Judgement judge(ModelSession float32, ModelSession int8, List<Picture> pictures) {
    return verdict(float32, int8, pictures).judgement();
  }

  private Judge.Verdict verdict(ModelSession float32, ModelSession int8, List<Picture> pictures) {
    return new Judge(float32, int8, PREPROCESSING, complaints::add, () -> {}).judge(pictures);
  }

  private static Picture picture(int level, int truth) {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 16; i++) {
      image.setRGB(i % 4, i / 4, 0x010101 * level * 20);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return new Picture("level " + level, truth, png::toByteArray);
  }

  /** Returns a model that answers the second class for images of at least this level. */
  private static ModelSession bright(int level, AnswerKind kind) {
    return new ModelSession() {
      @Override
      public int classes() {
        return 2;
      }

      @Override
      public AnswerKind answers() {
        return kind;
      }

      @Override
      public int inputWidth() {
        return PREPROCESSING.width();
      }

      @Override
      public int inputHeight() {
        return PREPROCESSING.height();
      }

      @Override
      public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
        float second = Byte.toUnsignedInt(pixels.get(0)) >= level * 20 ? 0.9f : 0.1f;
        probabilities.put(0, 1 - second).put(1, second);
      }

      @Override
      public void close() {}
    };
  }
}
