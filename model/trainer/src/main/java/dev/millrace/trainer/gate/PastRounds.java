package dev.millrace.trainer.gate;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.core.repository.UnpublishedModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Counts the comparisons with a champion in the manifests of the candidates. Only the repository
 * remembers the comparisons. Therefore, a restart of the trainer loses no count, and several
 * trainers share one count. If a rollback makes an older version the champion again, its count
 * continues. A manifest that cannot be used is not counted, and a warning says so once. Confined to
 * one thread.
 */
final class PastRounds {

  static final String ROUND = "gate_round";
  static final String CHAMPION = "gate_champion";

  private final ModelRepository repository;
  private final String model;
  private final Consumer<String> warnings;
  private final Set<Integer> unusable = new HashSet<>();

  /**
   * @param warnings receives a warning for each manifest that cannot be used
   */
  PastRounds(ModelRepository repository, String model, Consumer<String> warnings) {
    this.repository = repository;
    this.model = model;
    this.warnings = warnings;
  }

  /**
   * {@return the number of the next comparison, from 1}
   *
   * @param champion the champion's version number, or null if no version serves
   * @throws ModelException if the repository does not work at the moment
   */
  int next(Integer champion) {
    Double about = champion == null ? null : (double) champion;
    for (int version : newestFirst()) {
      if (champion != null && version <= champion) {
        break; // older than the champion
      }
      Map<String, Double> metrics = metrics(version);
      Double round = metrics.get(ROUND);
      if (round != null && Objects.equals(metrics.get(CHAMPION), about)) {
        return round.intValue() + 1;
      }
    }
    return 1;
  }

  /**
   * {@return the number of comparisons that led to the promotions of a champion and its
   * predecessors} The count ends at a version that no gate has promoted, that was removed, or whose
   * manifest cannot be used.
   *
   * @param champion the champion's version number, or null if no version serves
   * @throws ModelException if the repository does not work at the moment
   */
  long before(Integer champion) {
    List<Integer> present = newestFirst();
    long count = 0;
    Integer version = champion;
    while (version != null && present.contains(version)) {
      Map<String, Double> metrics = metrics(version);
      Double round = metrics.get(ROUND);
      Double predecessor = metrics.get(CHAMPION);
      count += round == null ? 0 : round.longValue();
      // A candidate is newer than the version that it was compared with.
      version = predecessor == null || predecessor >= version ? null : predecessor.intValue();
    }
    return count;
  }

  /** {@return the metrics of a version; none if its manifest cannot be used} */
  private Map<String, Double> metrics(int version) {
    try {
      return repository.manifest(model, version).metrics();
    } catch (ModelException e) {
      if (RemoteAwayException.isCauseOf(e)) {
        throw e;
      }
      if (unusable.add(version)) {
        warnings.accept(
            "the gate cannot read whether "
                + model
                + " version "
                + version
                + " was compared with the champion, and does not count it: "
                + e.getMessage());
      }
      return Map.of();
    }
  }

  private List<Integer> newestFirst() {
    try {
      List<Integer> versions = new ArrayList<>(repository.versions(model));
      Collections.reverse(versions);
      return versions;
    } catch (UnpublishedModelException e) {
      return List.of(); // nothing is published yet
    }
  }
}
