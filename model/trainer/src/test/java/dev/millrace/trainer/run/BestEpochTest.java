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

class BestEpochTest {

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

  @Test
  void best_isTheFirstWithTheHighestAccuracy() {
    assertThat(BestEpoch.of(history(0.3, 0.7, 0.5, 0.7)).epoch()).isEqualTo(2);
  }

  @Test
  void training_isOver_afterEpochsThatAreNoBetter() {
    BestEpoch best = new BestEpoch(2);
    assertThat(best.isOver(List.of())).isFalse();
    assertThat(best.isOver(history(0.7, 0.5))).isFalse();
    assertThat(best.isOver(history(0.7, 0.5, 0.7))).isTrue();
    assertThat(new BestEpoch(0).isOver(history(0.7, 0.5, 0.5, 0.5))).isFalse();
  }

  @Test
  void weightsOfTheBestEpoch_areKept_alsoOverAnInterruption() {
    BestEpoch best = new BestEpoch(5);
    best.ended(history(0.6), weights(1));
    best.ended(history(0.6, 0.7), weights(2));
    assertThat(best.better(history(0.6, 0.7))).isEmpty();
    best.ended(history(0.6, 0.7, 0.5), weights(3));

    Map<String, Weights> tensors = new HashMap<>();
    best.addTo(tensors);
    BestEpoch resumed = new BestEpoch(5);
    resumed.restore(tensors);
    assertThat(resumed.better(history(0.6, 0.7, 0.5))).contains(weights(2));
  }

  @Test
  void withoutPatience_nothingIsKept() {
    BestEpoch best = new BestEpoch(0);
    best.ended(history(0.6), weights(1));
    assertThat(best.better(history(0.6, 0.5))).isEmpty();
  }
}
