package dev.millrace.trainer.run;

import dev.millrace.core.training.EpochReport;
import dev.millrace.core.weights.Weights;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Keeps the weights of the best epochs so far. The best epoch has the highest accuracy on held-out
 * images. If several epochs have this accuracy, the first of them is the best. Confined to one
 * thread.
 */
final class BestEpochs {

  /** Prefix of the name of an epoch's weights in the run's state. The epoch's number follows. */
  private static final String KEPT = "best-";

  private static final Comparator<EpochReport> WORST_FIRST =
      Comparator.comparingDouble(EpochReport::heldOutAccuracy)
          .thenComparing(Comparator.comparingInt(EpochReport::epoch).reversed());

  private final int kept;
  private final int patience;
  private final Map<Integer, Weights> weights = new TreeMap<>();

  /**
   * @param kept number of epochs whose weights are kept
   * @param patience number of epochs without a better epoch after which the training stops; 0 if
   *     the training never stops early
   */
  BestEpochs(int kept, int patience) {
    this.kept = kept;
    this.patience = patience;
  }

  /** An epoch and its weights. */
  record Epoch(EpochReport report, Weights weights) {}

  /**
   * Keeps the weights of the epoch that has just ended if this epoch is one of the best.
   *
   * @param served returns a copy of the epoch's weights; called only if the weights are kept
   */
  void ended(List<EpochReport> history, Supplier<Weights> served) {
    int epoch = history.size();
    Set<Integer> known = new HashSet<>(weights.keySet());
    known.add(epoch);
    List<Integer> best = best(history, known).stream().map(EpochReport::epoch).toList();
    if (best.contains(epoch)) {
      weights.put(epoch, served.get());
      weights.keySet().retainAll(best);
    }
  }

  /** {@return whether {@code patience} epochs have passed since the best epoch} */
  boolean isOver(List<EpochReport> history) {
    return patience > 0
        && !history.isEmpty()
        && history.size() - history.stream().max(WORST_FIRST).orElseThrow().epoch() >= patience;
  }

  /** {@return the best epochs whose weights are kept, the best one last} */
  List<Epoch> best(List<EpochReport> history) {
    return best(history, weights.keySet()).stream()
        .map(report -> new Epoch(report, weights.get(report.epoch())))
        .toList();
  }

  private List<EpochReport> best(List<EpochReport> history, Set<Integer> among) {
    List<EpochReport> sorted =
        history.stream()
            .filter(report -> among.contains(report.epoch()))
            .sorted(WORST_FIRST)
            .toList();
    return sorted.subList(Math.max(0, sorted.size() - kept), sorted.size());
  }

  /** Puts the weights into the map of a state's tensors. */
  void addTo(Map<String, Weights> tensors) {
    weights.forEach((epoch, served) -> tensors.put(KEPT + epoch, served));
  }

  /** Reads the weights from the tensors of a state. */
  void restore(Map<String, Weights> tensors) {
    tensors.forEach(
        (kind, served) -> {
          if (kind.startsWith(KEPT)) {
            weights.put(Integer.valueOf(kind.substring(KEPT.length())), served);
          }
        });
  }
}
