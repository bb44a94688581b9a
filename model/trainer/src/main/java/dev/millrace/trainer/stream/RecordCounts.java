package dev.millrace.trainer.stream;

import java.util.EnumMap;
import java.util.Map;

/** Counts records by their outcome. Confined to one thread. */
final class RecordCounts {

  private final Map<RecordOutcome, Long> counts = new EnumMap<>(RecordOutcome.class);

  /**
   * @param before the earlier counts, from which counting continues; a missing outcome has the
   *     count 0
   */
  RecordCounts(Map<RecordOutcome, Long> before) {
    for (RecordOutcome outcome : RecordOutcome.values()) {
      counts.put(outcome, before.getOrDefault(outcome, 0L));
    }
  }

  void add(RecordOutcome outcome) {
    counts.merge(outcome, 1L, Long::sum);
  }

  /**
   * {@return a copy of the counts, with an entry for every outcome, in the order of {@link
   * RecordOutcome}}
   */
  Map<RecordOutcome, Long> copy() {
    return new EnumMap<>(counts);
  }
}
