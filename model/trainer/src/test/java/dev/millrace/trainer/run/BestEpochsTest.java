package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.training.EpochReport;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BestEpochsTest {

  private static List<EpochReport> history(double... accuracies) {
    List<EpochReport> history = new ArrayList<>();
    for (double accuracy : accuracies) {
      history.add(new EpochReport(history.size() + 1, 0.1, 1, 0.5, 1, accuracy, 100, 0, null));
    }
    return history;
  }

  private static Weights weights(float value) {
    FloatBuffer values = FloatBuffer.wrap(new float[] {value});
    return new Weights(Map.of("w", new WeightTensor(List.of(1), values)));
  }

  /** Returns the numbers of the epochs that {@code best} keeps, the best epoch last. */
  private static List<Integer> kept(BestEpochs best, List<EpochReport> history) {
    return best.best(history).stream().map(each -> each.report().epoch()).toList();
  }

  /** Ends one epoch after another. The weights of an epoch are its number. */
  private static void end(BestEpochs best, double... accuracies) {
    List<EpochReport> history = history(accuracies);
    for (int epoch = 1; epoch <= accuracies.length; epoch++) {
      int current = epoch;
      best.ended(history.subList(0, epoch), () -> weights(current));
    }
  }

  @Test
  void best_isTheFirstWithTheHighestAccuracy() {
    BestEpochs best = new BestEpochs(1, 0);
    end(best, 0.3, 0.7, 0.5, 0.7);

    assertThat(best.best(history(0.3, 0.7, 0.5, 0.7)))
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.report().epoch()).isEqualTo(2);
              assertThat(each.weights()).isEqualTo(weights(2));
            });
  }

  @Test
  void severalEpochs_areKept_theBestLast() {
    BestEpochs best = new BestEpochs(3, 0);
    end(best, 0.6, 0.4, 0.7, 0.5, 0.7);

    assertThat(kept(best, history(0.6, 0.4, 0.7, 0.5, 0.7))).containsExactly(1, 5, 3);
  }

  @Test
  void fewerEpochsThanAreKept_areAllKept() {
    BestEpochs best = new BestEpochs(3, 0);
    end(best, 0.6, 0.4);

    assertThat(kept(best, history(0.6, 0.4))).containsExactly(2, 1);
  }

  @Test
  void training_isOver_afterEpochsThatAreNoBetter() {
    BestEpochs best = new BestEpochs(1, 2);
    assertThat(best.isOver(List.of())).isFalse();
    assertThat(best.isOver(history(0.7, 0.5))).isFalse();
    assertThat(best.isOver(history(0.7, 0.5, 0.7))).isTrue();
    assertThat(new BestEpochs(1, 0).isOver(history(0.7, 0.5, 0.5, 0.5))).isFalse();
  }

  @Test
  void weights_areKeptOverAnInterruption_andNoMoreThanNeeded() {
    BestEpochs best = new BestEpochs(2, 0);
    end(best, 0.6, 0.7, 0.5);

    Map<String, Weights> tensors = new HashMap<>();
    best.addTo(tensors);
    assertThat(tensors).hasSize(2);
    tensors.put("weight", weights(9));
    BestEpochs resumed = new BestEpochs(1, 0);
    resumed.restore(tensors);
    assertThat(kept(resumed, history(0.6, 0.7, 0.5))).containsExactly(2);
    assertThat(resumed.best(history(0.6, 0.7, 0.5)).get(0).weights()).isEqualTo(weights(2));
  }

  /** A copy of a large network's weights takes longer than an epoch of its last layer. */
  @Test
  void weightsOfOtherEpochs_areNotCopied() {
    BestEpochs best = new BestEpochs(1, 0);
    best.ended(history(0.7), () -> weights(1));

    best.ended(
        history(0.7, 0.6),
        () -> {
          throw new AssertionError("the second epoch is not the best");
        });
    assertThat(kept(best, history(0.7, 0.6))).containsExactly(1);
  }

  @Test
  void withAGate_nothingIsKept() {
    BestEpochs best = new BestEpochs(0, 0);
    end(best, 0.6, 0.5);
    assertThat(best.best(history(0.6, 0.5))).isEmpty();
  }
}
