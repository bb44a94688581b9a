package dev.millrace.trainer.gate;

import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.UnpublishedModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Counts the comparisons with a champion in the manifests of the candidates. Only the repository
 * remembers the comparisons. Therefore, a restart of the trainer loses no count, and several
 * trainers share one count. If a rollback makes an older version the champion again, its count
 * continues.
 */
final class PastRounds {

  static final String ROUND = "gate_round";
  static final String CHAMPION = "gate_champion";

  private PastRounds() {}

  /**
   * {@return the number of the next comparison, from 1}
   *
   * @param champion the champion's version number, or null if no version serves
   */
  static int next(ModelRepository repository, String model, Integer champion) {
    Double about = champion == null ? null : (double) champion;
    for (int version : newestFirst(repository, model)) {
      if (champion != null && version <= champion) {
        break; // older than the champion
      }
      Map<String, Double> metrics = repository.manifest(model, version).metrics();
      Double round = metrics.get(ROUND);
      if (round != null && Objects.equals(metrics.get(CHAMPION), about)) {
        return round.intValue() + 1;
      }
    }
    return 1;
  }

  /**
   * {@return the number of comparisons that led to the promotions of a champion and its
   * predecessors} The count ends at a version that no gate has promoted, or that was removed.
   *
   * @param champion the champion's version number, or null if no version serves
   */
  static long before(ModelRepository repository, String model, Integer champion) {
    List<Integer> present = newestFirst(repository, model);
    long count = 0;
    Integer version = champion;
    while (version != null && present.contains(version)) {
      Map<String, Double> metrics = repository.manifest(model, version).metrics();
      Double round = metrics.get(ROUND);
      Double predecessor = metrics.get(CHAMPION);
      count += round == null ? 0 : round.longValue();
      // A candidate is newer than the version that it was compared with.
      version = predecessor == null || predecessor >= version ? null : predecessor.intValue();
    }
    return count;
  }

  private static List<Integer> newestFirst(ModelRepository repository, String model) {
    try {
      List<Integer> versions = new ArrayList<>(repository.versions(model));
      Collections.reverse(versions);
      return versions;
    } catch (UnpublishedModelException e) {
      return List.of(); // nothing is published yet
    }
  }
}
