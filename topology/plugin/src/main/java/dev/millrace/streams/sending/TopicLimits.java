package dev.millrace.streams.sending;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The limits that a topic sets for its records.
 *
 * @param maxBytes largest size of a batch of records, in bytes; a single record may have this size
 * @param compacted whether the topic is compacted, so that a record needs a key
 * @param beforeMaxMs largest age of a timestamp, in ms
 * @param afterMaxMs largest time by which a timestamp may lie in the future, in ms
 */
public record TopicLimits(long maxBytes, boolean compacted, long beforeMaxMs, long afterMaxMs) {

  /**
   * Kafka's default limits: 1,048,588 bytes, no key required, and timestamps of any age or up to
   * one hour in the future.
   */
  public static final TopicLimits DEFAULTS =
      new TopicLimits(1_048_588, false, Long.MAX_VALUE, TimeUnit.HOURS.toMillis(1));

  /** Largest expected difference between a broker's clock and this machine's clock, in ms. */
  private static final long CLOCKS_DIFFER_MS = TimeUnit.MINUTES.toMillis(1);

  private static final int TENTH = 10;

  /**
   * Returns the limits in a topic's configuration. A limit that the configuration does not contain
   * does not apply. A topic that sets the timestamps itself ({@code LogAppendTime}) accepts any
   * timestamp.
   */
  static TopicLimits of(Config topic) {
    boolean stamped =
        "LogAppendTime".equals(value(topic, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, ""));
    String policy = value(topic, TopicConfig.CLEANUP_POLICY_CONFIG, "");
    return new TopicLimits(
        number(topic, TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
        policy.toLowerCase(Locale.ROOT).contains(TopicConfig.CLEANUP_POLICY_COMPACT),
        stamped
            ? Long.MAX_VALUE
            : number(topic, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG),
        stamped
            ? Long.MAX_VALUE
            : number(topic, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG));
  }

  private static long number(Config topic, String key) {
    return Long.parseLong(value(topic, key, Long.toString(Long.MAX_VALUE)));
  }

  private static String value(Config topic, String key, String otherwise) {
    ConfigEntry entry = topic.get(key);
    return entry == null || entry.value() == null ? otherwise : entry.value();
  }

  /** {@return a copy of these limits, in which {@code maxBytes} is at most {@code bytes}} */
  TopicLimits atMost(long bytes) {
    return new TopicLimits(Math.min(maxBytes, bytes), compacted, beforeMaxMs, afterMaxMs);
  }

  /**
   * Returns the reason why the brokers would refuse a record, and what to change.
   *
   * @param hasKey whether the record has a key
   * @param bytes upper bound of the record's size, from {@link RecordSize}
   * @param timestamp the record's timestamp, in ms since 1970
   * @param now the current time, in ms since 1970
   * @return the reason, or empty if the brokers accept the record
   */
  public Optional<String> refusal(boolean hasKey, long bytes, long timestamp, long now) {
    if (!hasKey && compacted) {
      return Optional.of("it has no key, and the topic is compacted");
    }
    if (bytes > maxBytes) {
      return Optional.of(
          "it has up to "
              + bytes
              + " bytes, and the limit is "
              + maxBytes
              + "; raise the topic's max.message.bytes, or the producer's max.request.size if that"
              + " is lower");
    }
    if (!takes(timestamp, now)) {
      return Optional.of(
          "its timestamp, "
              + timestamp
              + ", is "
              + Math.abs(timestamp - now) / 1000
              + (timestamp > now
                  ? " s in the future; raise the topic's message.timestamp.after.max.ms"
                  : " s old; raise the topic's message.timestamp.before.max.ms"));
    }
    return Optional.empty();
  }

  /**
   * Tests whether a record may have this timestamp. A broker's clock may differ from this machine's
   * clock. So this method reduces each limit by one minute, or by a tenth of the limit if this is
   * less.
   */
  boolean takes(long timestamp, long now) {
    return timestamp >= 0
        && (timestamp >= now || now - timestamp <= less(beforeMaxMs))
        && (timestamp <= now || timestamp - now <= less(afterMaxMs));
  }

  private static long less(long limit) {
    return limit - Math.min(CLOCKS_DIFFER_MS, limit / TENTH);
  }
}
