package dev.millrace.streams.clients;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Notices that a stream thread processes the same records again and again, because it polls too
 * seldom.
 *
 * <p>A group removes a member that does not poll for {@code max.poll.interval.ms}. Kafka Streams
 * then closes the tasks of the thread, joins the group again, and processes the records since the
 * last commit again. Each task may process a record between two polls. So with many tasks and a
 * slow model, this would go on for ever.
 *
 * <p>A consumer that returns few records (see {@link ShortPolls}) may poll soon enough the second
 * time. So the thread fails only if its tasks end late twice, without progress. A late end counts
 * only if the thread has spent most of the time since its last poll on waits for answers. Otherwise
 * the model is not the cause, for example if the machine was asleep or a broker did not answer.
 * Confined to the stream thread.
 */
public final class MissedPolls {

  private final Supplier<Duration> lastPoll;

  /** The offset of the last record that was processed in each partition. */
  private final Map<TopicPartition, Long> processed = new HashMap<>();

  /** The same offsets at the times when tasks ended after the group had removed the thread. */
  private final Map<TopicPartition, Long> inVain = new HashMap<>();

  /** The time since the last poll, when a record was last processed. */
  private Duration sincePoll = Duration.ZERO;

  /** The time that the thread has waited for answers since the last poll, in ns. */
  private long waited;

  private Optional<String> failure = Optional.empty();

  /**
   * @param lastPoll returns the time since the thread's consumer began its last poll
   */
  MissedPolls(Supplier<Duration> lastPoll) {
    this.lastPoll = lastPoll;
  }

  /**
   * To be called after a wait for an answer.
   *
   * @param nanos the time of the wait, in ns
   */
  void waited(long nanos) {
    waited += nanos;
  }

  /**
   * To be called when a task processes a record.
   *
   * @param topic the topic of the record; null if a punctuator has created the record
   * @return why the thread has to fail; empty if the thread may go on
   */
  public Optional<String> processing(String topic, int partition, long offset) {
    Duration ago = lastPoll.get();
    if (ago.isZero() || ago.compareTo(sincePoll) < 0) {
      waited = 0;
    }
    sincePoll = ago;
    if (topic != null) {
      processed.merge(new TopicPartition(topic, partition), offset, Math::max);
    }
    return failure;
  }

  /**
   * To be called when a task ends.
   *
   * @param interval the value of {@code max.poll.interval.ms}
   */
  public void taskEnds(Duration interval) {
    if (processed.isEmpty()) {
      return;
    }
    Duration ago = lastPoll.get();
    if (ago.compareTo(interval) < 0 || 2 * waited < ago.toNanos()) {
      return;
    }
    processed.forEach(
        (partition, offset) -> {
          Long before = inVain.put(partition, offset);
          if (before != null && offset <= before) {
            failure = Optional.of(reason(partition, offset, ago, interval));
          }
        });
    processed.clear();
  }

  private static String reason(
      TopicPartition partition, long offset, Duration ago, Duration interval) {
    return "the group removed the stream thread again, because the thread did not poll for "
        + ago.toMillis()
        + " ms, and the record at offset "
        + offset
        + " of "
        + partition
        + " is processed in vain. Raise max.poll.interval.ms ("
        + interval.toMillis()
        + "), start more stream threads, or use a faster model or device";
  }
}
