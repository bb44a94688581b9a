package dev.millrace.trainer.run;

import dev.millrace.core.training.EpochReport;
import dev.millrace.core.weights.Weights;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The weights of the best epoch so far, for early stopping. */
final class BestEpoch {

  /** The name of the weights in the run's state. */
  private static final String BEST = "best";

  private final int patience;
  private Optional<Weights> weights = Optional.empty();

  /**
   * @param patience number of epochs without a better epoch after which the training stops; 0 if
   *     the training never stops early and keeps the last epoch
   */
  BestEpoch(int patience) {
    this.patience = patience;
  }

  /** {@return the epoch with the highest accuracy on held-out images; of equals, the first} */
  static EpochReport of(List<EpochReport> history) {
    return history.stream()
        .max(
            Comparator.comparingDouble(EpochReport::heldOutAccuracy)
                .thenComparing(Comparator.comparingInt(EpochReport::epoch).reversed()))
        .orElseThrow();
  }

  /** Keeps the weights of the last epoch if it is the best one. */
  void ended(List<EpochReport> history, Weights served) {
    if (patience > 0 && of(history).epoch() == history.size()) {
      weights = Optional.of(served);
    }
  }

  /** {@return whether the training waited long enough for a better epoch} */
  boolean isOver(List<EpochReport> history) {
    return patience > 0 && !history.isEmpty() && history.size() - of(history).epoch() >= patience;
  }

  /** {@return the weights to publish after the last epoch, unless they are the last epoch's} */
  Optional<Weights> better(List<EpochReport> history) {
    return weights.filter(best -> of(history).epoch() < history.size());
  }

  /** Adds the weights to the tensors of a state. */
  void addTo(Map<String, Weights> tensors) {
    weights.ifPresent(best -> tensors.put(BEST, best));
  }

  /** Reads the weights from the tensors of a state. */
  void restore(Map<String, Weights> tensors) {
    weights = Optional.ofNullable(tensors.get(BEST));
  }
}
