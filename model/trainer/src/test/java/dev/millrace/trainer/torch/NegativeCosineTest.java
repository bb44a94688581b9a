package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleArrayRef;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Compares the loss with values computed without libtorch, and its gradient with finite differences
 * in double precision.
 */
class NegativeCosineTest {

  private static final int ROWS = 4;
  private static final int WIDTH = 3;
  private static final double STEP = 1e-6;
  private static final TensorOptions DOUBLE = new TensorOptions(torch.ScalarType.Double);

  @BeforeEach
  void useOneThread() {
    TorchLibrary.threads(1);
  }

  private static double[] random(long seed) {
    return new Random(seed).doubles(ROWS * WIDTH, -1, 1).toArray();
  }

  private static Tensor tensor(double[] values) {
    DoubleArrayRef all = new DoubleArrayRef(new DoublePointer(values), values.length);
    Tensor tensor = torch.tensor(all, DOUBLE).view(ROWS, WIDTH).detach();
    var unused = tensor.set_requires_grad(true);
    return tensor;
  }

  /** Returns the symmetric loss, computed without libtorch. */
  private static double loss(double[] p1, double[] z2, double[] p2, double[] z1) {
    return (meanNegativeCosine(p1, z2) + meanNegativeCosine(p2, z1)) / 2;
  }

  private static double meanNegativeCosine(double[] p, double[] z) {
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      double product = 0;
      double pp = 0;
      double zz = 0;
      for (int i = row * WIDTH; i < (row + 1) * WIDTH; i++) {
        product += p[i] * z[i];
        pp += p[i] * p[i];
        zz += z[i] * z[i];
      }
      sum -= product / Math.sqrt(pp * zz);
    }
    return sum / ROWS;
  }

  @Test
  void loss_ofEqualOppositeAndOrthogonalRows_isKnown() {
    try (PointerScope scope = new PointerScope()) {
      double[] one = random(1);
      double[] opposite = one.clone();
      for (int i = 0; i < opposite.length; i++) {
        opposite[i] *= -7;
      }
      assertThat(NegativeCosine.of(tensor(one), tensor(one)).item_double())
          .isEqualTo(-1, within(1e-12));
      assertThat(NegativeCosine.of(tensor(one), tensor(opposite)).item_double())
          .isEqualTo(1, within(1e-12));
      double[] x = {1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0};
      double[] y = {0, 5, 0, 0, 5, 0, 0, 5, 0, 0, 5, 0};
      assertThat(NegativeCosine.of(tensor(x), tensor(y)).item_double()).isZero();
    }
  }

  @Test
  void gradient_equalsFiniteDifferences_andStopsAtTheTargets() {
    try (PointerScope scope = new PointerScope()) {
      double[][] values = {random(1), random(2), random(3), random(4)};
      Tensor[] predictions = {tensor(values[0]), tensor(values[2])};
      Tensor[] projections = {tensor(values[3]), tensor(values[1])};

      Tensor loss = NegativeCosine.ofBoth(predictions, projections);
      loss.backward();

      assertThat(loss.item_double())
          .isEqualTo(loss(values[0], values[1], values[2], values[3]), within(1e-12));
      for (int view = 0; view < 2; view++) {
        double[] varied = values[2 * view];
        for (int i = 0; i < varied.length; i++) {
          double before = varied[i];
          varied[i] = before + STEP;
          double more = loss(values[0], values[1], values[2], values[3]);
          varied[i] = before - STEP;
          double less = loss(values[0], values[1], values[2], values[3]);
          varied[i] = before;
          assertThat(predictions[view].grad().view(ROWS * WIDTH).get(i).item_double())
              .isEqualTo((more - less) / (2 * STEP), within(1e-7));
        }
        assertThat(projections[view].grad().defined()).isFalse();
      }
    }
  }
}
