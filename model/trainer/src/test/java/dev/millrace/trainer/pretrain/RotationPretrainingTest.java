package dev.millrace.trainer.pretrain;

import static dev.millrace.trainer.pretrain.PretrainingRig.NETWORK;
import static dev.millrace.trainer.pretrain.PretrainingRig.SEED;
import static dev.millrace.trainer.pretrain.PretrainingRig.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.training.DivergedException;
import dev.millrace.core.training.Encoder;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.OtherOptionsException;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingMethod;
import dev.millrace.core.training.PretrainingReport;
import dev.millrace.core.training.RotationPrediction;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.training.SimSiam;
import dev.millrace.core.training.Views;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.SmallImages;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pre-trains on images whose upper rows are brighter than their lower rows. */
class RotationPretrainingTest {

  private static final int SIDE = SmallImages.SIDE;
  private static final PretrainingMethod ROTATION = RotationPrediction.of(NETWORK, true);
  private static final int EACH = 40;
  private static final int HELD_OUT = 8;

  @TempDir private Path folder;

  private PretrainingRig rig;

  @BeforeEach
  void prepare() throws IOException {
    rig = new PretrainingRig(folder);
    writeImages();
  }

  private void writeImages() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 2 * EACH; i++) {
      Path file = folder.resolve("images").resolve(i < EACH ? "grey" : "blue");
      Files.createDirectories(file);
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          int grey = 220 - 12 * y + random.nextInt(30);
          image.setRGB(x, y, grey << 16 | grey << 8 | (i < EACH ? grey : 200));
        }
      }
      ImageIO.write(image, "png", file.resolve(i + ".png").toFile());
    }
  }

  private PretrainingConfig config(String run, int epochs, PretrainingMethod method) {
    return rig.config(run, method, epochs, 0.05);
  }

  @Test
  void rotationsOfHeldOutImages_areLearned_andEveryEpochIsJudged() {
    HeardPretraining heard = run(config("run", 8, ROTATION));

    assertThat(heard.images).isEqualTo(2 * EACH - HELD_OUT);
    assertThat(heard.steps).hasSize(32).last().isEqualTo(32L);
    assertThat(heard.epochs).hasSize(8);
    for (PretrainingReport report : heard.epochs) {
      assertThat(report.spread()).isNull();
      assertThat(report.rotated()).isEqualTo(HELD_OUT);
      assertThat(report.neighbours()).isNotNull();
      assertThat(report.judged()).isEqualTo(heard.judged).isEqualTo(16);
    }
    PretrainingReport last = heard.epochs.get(7);
    assertThat(last.loss()).isLessThan(0.5);
    assertThat(last.rotations().value()).isGreaterThan(0.8);
    assertThat(heard.untrained).singleElement().isNotNull();
    assertThat(heard.written).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(heard.warnings).isEmpty();
  }

  /** Without a weight decay, only a gradient changes a weight. */
  @Test
  void gradient_reachesEachWeightOfTheEncoder() {
    Optimization withoutDecay =
        Optimization.of(1, 16, 0.05, Schedule.COSINE)
            .with(new Optimizer(Optimizer.Rule.SGD, 0.9, 0, true, 0, 0));
    run(rig.config("run", ROTATION, withoutDecay));

    Weights initial = HeInitialization.of(NETWORK, SEED);
    Weights trained = rig.encoder("run").weights();
    assertThat(trained.names()).noneMatch(name -> name.startsWith("fc"));
    for (Parameter parameter : Encoder.parameters(NETWORK)) {
      if (parameter.trained()) {
        assertThat(trained.get(parameter.name()))
            .as(parameter.name())
            .isNotEqualTo(initial.get(parameter.name()));
      }
    }
  }

  @Test
  void run_thatWasStopped_goesOn_andGivesTheSameBytes() {
    run(config("whole", 3, ROTATION));
    HeardPretraining stopped = run(config("run", 3, ROTATION), 6);
    assertThat(stopped.steps).hasSize(6);

    HeardPretraining resumed = run(config("run", 3, ROTATION));

    assertThat(resumed.done).isEqualTo(6);
    assertThat(resumed.untrained).isEmpty();
    assertThat(resumed.steps).startsWith(7L).endsWith(12L);
    assertThat(rig.encoder("run").weights()).isEqualTo(rig.encoder("whole").weights());
  }

  @Test
  void run_withAnotherMethod_isRefused() {
    PretrainingMethod simSiam =
        new PretrainingMethod.Similarity(SimSiam.of(NETWORK, 64), Views.of(SIDE));
    run(config("rotation", 1, ROTATION));
    run(config("simsiam", 1, simSiam));

    assertThatThrownBy(() -> run(config("rotation", 1, simSiam)))
        .isInstanceOf(OtherOptionsException.class)
        .hasMessageContaining("another method");
    assertThatThrownBy(() -> run(config("simsiam", 1, ROTATION)))
        .isInstanceOf(OtherOptionsException.class)
        .hasMessageContaining("another method");
  }

  @Test
  void encoder_namesItsMethod() {
    HeardPretraining heard = run(config("run", 1, ROTATION));

    Encoder encoder = rig.encoder("run");

    assertThat(encoder.report()).isEqualTo(heard.epochs.get(0));
    assertThat(encoder.lineage().recipe().get("method")).startsWith("RotationPrediction[");
    assertThat(encoder.lineage().recipe()).doesNotContainKey("views");
  }

  @Test
  void learningRateThatIsFarTooHigh_isAnError() {
    assertThatThrownBy(() -> run(rig.config("run", ROTATION, 8, 1e6)))
        .isInstanceOf(DivergedException.class);
  }
}
