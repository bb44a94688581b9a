package dev.millrace.core.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.resnet.ResNet;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the values of the recipes against the papers and pages that the recipes follow. */
class RecipeTest {

  private static final Offset<Double> CLOSE = Offset.offset(1e-12);
  private static final ResNet NETWORK = ResNet.of("resnet50");

  /**
   * He et al. (2015), section 4.2: batches of 128 images, a rate of 0.1 that drops at half and at
   * three quarters of 64,000 steps, a weight decay of 0.0001, a momentum of 0.9, a border of 4
   * pixels, and mirrored images. 164 epochs of CIFAR-10 have 63,960 full batches.
   */
  @Test
  void cifar_isHeEtAl() {
    assertThat(Recipe.CIFAR.optimization(ResNet.of("resnet56")))
        .isEqualTo(
            new Optimization(
                164,
                0,
                new Sampling(128, false),
                new LearningRate(0.1, Schedule.STEP, WarmUp.NONE, 1),
                new Optimizer(Optimizer.Rule.SGD, 0.9, 1e-4, true, 0, 0),
                0,
                false));
    assertThat(Recipe.CIFAR.augmentation())
        .isEqualTo(new Augmentation(4, 1, true, 0, false, 0, new Mixing(0, 0)));
  }

  /** He et al. (2015), section 4.2: "we use 0.01 to warm up", for about 400 steps. */
  @ParameterizedTest
  @CsvSource({"resnet20, 0.1, 0.1", "resnet56, 0.1, 0.1", "resnet110, 0.01, 0.1"})
  void cifar_warmsUpDeepNetworks(String network, double first, double second) {
    Optimization optimization = Recipe.CIFAR.optimization(ResNet.of(network));

    assertThat(optimization.rateAt(0, 63_960)).isCloseTo(first, CLOSE);
    assertThat(optimization.rateAt(389, 63_960)).isCloseTo(first, CLOSE);
    assertThat(optimization.rateAt(390, 63_960)).isCloseTo(second, CLOSE);
  }

  /**
   * He et al., "Bag of Tricks" (2019), sections 2.1, 3.1 and 5: batches of 256 images with a rate
   * of 0.1, 5 epochs of warm-up, a cosine over 120 epochs, label smoothing of 0.1, Nesterov's
   * momentum, no decay of biases and batch norms, blocks that start as the identity, parts of 8 to
   * 100 % of an image, and colours that change by up to 40 %.
   */
  @Test
  void imagenet_isBagOfTricks() {
    assertThat(Recipe.IMAGENET.optimization(NETWORK))
        .isEqualTo(
            new Optimization(
                120,
                0,
                new Sampling(256, false),
                new LearningRate(0.1, Schedule.COSINE, new WarmUp(5, WarmUp.Shape.LINEAR), 1),
                new Optimizer(Optimizer.Rule.NESTEROV, 0.9, 1e-4, false, 0, 0),
                0.1,
                true));
    assertThat(Recipe.IMAGENET.augmentation())
        .isEqualTo(new Augmentation(0, 0.08, true, 0.4, false, 0, new Mixing(0, 0)));
  }

  /** The last layer learns ten times as fast as the others. */
  @Test
  void finetune_slowsTheBackbone() {
    assertThat(Recipe.FINETUNE.optimization(NETWORK))
        .isEqualTo(
            new Optimization(
                20,
                0,
                new Sampling(32, false),
                new LearningRate(0.02, Schedule.COSINE, new WarmUp(1, WarmUp.Shape.LINEAR), 0.1),
                new Optimizer(Optimizer.Rule.NESTEROV, 0.9, 1e-4, false, 0, 0),
                0.1,
                false));
    assertThat(Recipe.FINETUNE.augmentation())
        .isEqualTo(new Augmentation(0, 0.35, true, 0, false, 0, new Mixing(0, 0)));
  }

  /**
   * The trainer's page measures the accuracy of these values: 40 epochs with the one-cycle
   * schedule, label smoothing, random erasing and averaged weights.
   */
  @Test
  void smallData_isWhatWasMeasured() {
    assertThat(Recipe.SMALL_DATA.optimization(NETWORK))
        .isEqualTo(
            new Optimization(
                40,
                0,
                new Sampling(128, false),
                new LearningRate(0.2, Schedule.ONE_CYCLE, WarmUp.NONE, 1),
                new Optimizer(Optimizer.Rule.NESTEROV, 0.9, 5e-4, false, 0, 0.99),
                0.1,
                true));
    assertThat(Recipe.SMALL_DATA.augmentation())
        .isEqualTo(new Augmentation(2, 1, true, 0, false, 0.25, new Mixing(0, 0)));
  }
}
