package dev.millrace.streams;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How often records have failed. A record that has failed {@value #MOST} times, through its own
 * fault, is given up.
 *
 * <p>The counts outlive a stream thread that failed and the one that replaces it; they begin anew
 * with the process. Thread-safe.
 */
final class RecordFailures {

  /** As often as a record may fail. */
  static final int MOST = 3;

  /** Counts that are kept; a stream that stands at more records than that has another problem. */
  private static final int MOST_RECORDS = 1_000;

  private static final Map<String, RecordFailures> BY_APPLICATION = new ConcurrentHashMap<>();

  private record Place(String topic, int partition, long offset) {}

  private final Map<Place, Integer> counts = new LinkedHashMap<>();

  /** Those of the application with this id in this process. */
  static RecordFailures of(String applicationId) {
    return BY_APPLICATION.computeIfAbsent(applicationId, id -> new RecordFailures());
  }

  /**
   * Counts a failure that the record is to blame for; no other.
   *
   * @return true if it was one too many, so that the record is to be given up
   */
  synchronized boolean isTooMany(String topic, int partition, long offset, Throwable failure) {
    if (Blame.of(failure) != Blame.RECORD) {
      return false;
    }
    int failures = counts.merge(new Place(topic, partition, offset), 1, Integer::sum);
    if (counts.size() > MOST_RECORDS) {
      counts.remove(counts.keySet().iterator().next());
    }
    return failures >= MOST;
  }
}
