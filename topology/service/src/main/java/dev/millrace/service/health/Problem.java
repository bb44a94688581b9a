package dev.millrace.service.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.apache.kafka.common.TopicPartition;

/**
 * One reason why a service is not ready.
 *
 * @param kind what it is, for programs
 * @param topic the topic in question, or null
 * @param partition the partition in question, or null
 * @param offset where the partition stands, or null
 * @param seconds how long it has lasted
 * @param reason what it is, for people, in one line
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
    Kind kind, String topic, Integer partition, Long offset, long seconds, String reason) {

  /** What can be wrong. */
  public enum Kind {
    /** It has not joined its group yet, or has no model to serve. */
    STARTING,
    /** Records wait in a partition of this instance, and none is done. */
    PARTITION_STALLED,
    /** A stream thread failed, and none works in its place. */
    THREAD_FAILED,
    /** No broker answers. */
    BROKER_AWAY,
    /** A topic that it writes to does not exist. */
    TOPIC_MISSING,
    /** It has ended, or is about to. */
    ENDED;

    /** As it is written, for example {@code partition_stalled}. */
    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A problem of the whole service. */
  public static Problem of(Kind kind, long seconds, String reason) {
    return new Problem(kind, null, null, null, seconds, reason);
  }

  static Problem ofTopic(Kind kind, String topic, long seconds, String reason) {
    return new Problem(kind, topic, null, null, seconds, reason);
  }

  static Problem ofPartition(TopicPartition partition, long offset, long seconds, String reason) {
    return new Problem(
        Kind.PARTITION_STALLED, partition.topic(), partition.partition(), offset, seconds, reason);
  }
}
