package dev.millrace.service.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.apache.kafka.common.TopicPartition;

/**
 * One reason why a service is not ready.
 *
 * @param kind the kind of problem
 * @param topic the topic with the problem, or null
 * @param partition the partition with the problem, or null
 * @param offset the committed offset of the partition, or null
 * @param seconds how long the problem has lasted, in seconds
 * @param reason a description in one line
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
    Kind kind, String topic, Integer partition, Long offset, long seconds, String reason) {

  /** The kinds of problems. */
  public enum Kind {
    /** The service has not joined its group yet, or cannot serve any promoted version. */
    STARTING,
    /** Records wait in a partition of this instance, and its committed offset does not move. */
    PARTITION_STALLED,
    /** A stream thread failed, and its replacement does not work yet. */
    THREAD_FAILED,
    /** No broker answers. */
    BROKER_AWAY,
    /** A store from which images are fetched is unavailable. */
    IMAGES_AWAY,
    /** A topic that the service writes to does not exist. */
    TOPIC_MISSING,
    /** The service has ended, or is about to end. */
    ENDED;

    /** {@return the name of the kind in JSON, for example {@code partition_stalled}} */
    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * {@return a problem of the whole service}
   *
   * @param kind the kind of problem
   * @param seconds how long the problem has lasted, in seconds
   * @param reason a description in one line
   */
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
