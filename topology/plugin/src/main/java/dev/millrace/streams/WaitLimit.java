package dev.millrace.streams;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * How long a stream thread may wait for the engine. After a longer wait, the consumer group would
 * evict the thread, or the broker would abort the thread's transaction.
 *
 * @param longest the longest wait: half of {@code max.poll.interval.ms}; under exactly-once, at
 *     most {@code transaction.timeout.ms} minus the commit interval minus 2 s
 * @param start the longest wait for an engine to start: half of {@code max.poll.interval.ms}
 * @param commitSilence the longest time for which the task accepts records while Kafka Streams does
 *     not flush the commit barrier: the longest of 5 minutes, ten commit intervals and twice {@code
 *     max.poll.interval.ms}, because Kafka Streams commits nothing while a group rebalances
 */
record WaitLimit(Duration longest, Duration start, Duration commitSilence) {

  private static final int COMMIT_MARGIN_MS = 2_000;
  private static final int LEAST_SILENCE_MS = 300_000;
  private static final int DEFAULT_MAX_POLL_INTERVAL_MS = 300_000;
  private static final int DEFAULT_TRANSACTION_TIMEOUT_MS = 10_000;

  /**
   * Derives the limits from the configuration of a Kafka Streams application.
   *
   * @throws IllegalArgumentException if the transaction timeout leaves no time to wait, or if the
   *     guarantee is not supported
   */
  static WaitLimit of(Map<String, Object> appConfigs) {
    StreamsConfig config = new StreamsConfig(appConfigs);
    long commitInterval = config.getLong(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG);
    long pollInterval =
        number(
            config.getMainConsumerConfigs("millrace", "millrace", 0),
            ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
            DEFAULT_MAX_POLL_INTERVAL_MS);
    long start = pollInterval / 2;
    long wait = start;
    if (isExactlyOnce(config.getString(StreamsConfig.PROCESSING_GUARANTEE_CONFIG))) {
      long timeout =
          number(
              config.getProducerConfigs("millrace"),
              ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
              DEFAULT_TRANSACTION_TIMEOUT_MS);
      long left = timeout - commitInterval - COMMIT_MARGIN_MS;
      if (left <= 0) {
        throw new IllegalArgumentException(
            "transaction.timeout.ms: "
                + timeout
                + " leaves no time to wait for a batch; it must exceed"
                + " commit.interval.ms ("
                + commitInterval
                + ") by more than "
                + COMMIT_MARGIN_MS
                + " ms");
      }
      wait = Math.min(wait, left);
    }
    return new WaitLimit(
        Duration.ofMillis(wait),
        Duration.ofMillis(start),
        Duration.ofMillis(
            Math.max(LEAST_SILENCE_MS, Math.max(10 * commitInterval, 2 * pollInterval))));
  }

  /** {@return the value of {@code max.poll.interval.ms}} */
  Duration pollInterval() {
    return start.multipliedBy(2);
  }

  /**
   * Tests whether a guarantee is exactly-once.
   *
   * @throws IllegalArgumentException if the guarantee is neither {@code at_least_once} nor {@code
   *     exactly_once_v2}. Kafka Streams 3.9 has others, which are deprecated
   */
  static boolean isExactlyOnce(String guarantee) {
    boolean exactlyOnce = StreamsConfig.EXACTLY_ONCE_V2.equals(guarantee);
    if (!exactlyOnce && !StreamsConfig.AT_LEAST_ONCE.equals(guarantee)) {
      throw new IllegalArgumentException(
          "processing.guarantee: "
              + guarantee
              + " is not supported; set exactly_once_v2, which needs brokers of version 2.5 or newer");
    }
    return exactlyOnce;
  }

  private static long number(Map<String, Object> configs, String key, long byDefault) {
    Object value = configs.get(key);
    return value == null ? byDefault : Long.parseLong(value.toString().trim());
  }
}
