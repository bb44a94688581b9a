package dev.millrace.streams;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the failures of records. A record that has failed {@value #MOST} times through its own
 * fault is given up.
 *
 * <p>The counts outlive a stream thread that failed and the thread that replaces it. They end with
 * the process. Thread-safe.
 */
final class RecordFailures {

  /** Number of failures after which a record is given up. */
  static final int MOST = 3;

  /**
   * Largest number of counts; the oldest one is dropped. A stream with more failing records has
   * another problem.
   */
  private static final int MOST_RECORDS = 1_000;

  private static final Map<String, RecordFailures> BY_APPLICATION = new ConcurrentHashMap<>();

  private record Place(String topic, int partition, long offset) {}

  private final Map<Place, Integer> counts = new LinkedHashMap<>();

  /** {@return the counts of an application in this process} */
  static RecordFailures of(String applicationId) {
    return BY_APPLICATION.computeIfAbsent(applicationId, id -> new RecordFailures());
  }

  /**
   * Counts a failure if the record is to blame for it. Other failures do not count.
   *
   * @return true if the record has failed too often and is to be given up
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
