package dev.millrace.streams;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.streams.errors.StreamsException;

/**
 * Counts the failures of records. A record that has itself caused {@value #MOST} failures is given
 * up.
 *
 * <p>The counts are kept when a stream thread fails and is replaced. They are lost when the process
 * ends. Thread-safe.
 */
final class RecordFailures {

  /** Number of failures after which a record is given up. */
  static final int MOST = 3;

  /**
   * Largest number of records with a count. Beyond this number, the oldest count is dropped. If
   * more than this many records fail, the records themselves are unlikely to be the cause.
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
   * Counts a failure if the record caused it. Ignores other failures, the failure of an earlier
   * send, which may have been another record's, and the failures of records without a place,
   * because they cannot be told apart.
   *
   * @param topic the record's topic; null if a punctuator has created the record
   * @return true if the record has failed too often and is to be given up
   */
  synchronized boolean isTooMany(String topic, int partition, long offset, Throwable failure) {
    if (topic == null || isOfAnEarlierSend(failure) || Blame.of(failure) != Blame.RECORD) {
      return false;
    }
    int failures = counts.merge(new Place(topic, partition, offset), 1, Integer::sum);
    if (counts.size() > MOST_RECORDS) {
      counts.remove(counts.keySet().iterator().next());
    }
    return failures >= MOST;
  }

  /**
   * Tests whether a failure is the failure of an earlier send. Kafka's producer does not throw it,
   * and Kafka Streams throws it at the next send ({@code RecordCollectorImpl.checkForException}).
   */
  private static boolean isOfAnEarlierSend(Throwable failure) {
    return failure instanceof StreamsException && failure.getCause() instanceof ApiException;
  }
}
