package dev.millrace.service.health;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks the brokers whether topics exist, and stores the last answer. Only one thread may call
 * {@link #ask}. All other methods are thread-safe.
 */
final class TopicWatch {

  private static final int TIMEOUT_MS = 5_000;

  /** Describes topics. */
  @FunctionalInterface
  interface Brokers {
    /** Requests the descriptions of topics. One answer of the brokers completes all futures. */
    Map<String, KafkaFuture<TopicDescription>> describe(Set<String> topics);
  }

  private final Brokers brokers;
  private final Set<String> topics;

  private long lastAnswer;
  private final Map<String, Long> missingSince = new LinkedHashMap<>();

  /**
   * Creates the watch.
   *
   * @param topics names of the topics
   * @param now the time, as {@link System#nanoTime}
   */
  TopicWatch(Brokers brokers, Set<String> topics, long now) {
    this.brokers = brokers;
    this.topics = topics;
    this.lastAnswer = now;
  }

  /**
   * Describes topics with an admin client, with a time-out of 5 s.
   *
   * @param admin the admin client; the caller closes it
   */
  static Brokers brokers(Admin admin) {
    return topics ->
        admin
            .describeTopics(topics, new DescribeTopicsOptions().timeoutMs(TIMEOUT_MS))
            .topicNameValues();
  }

  /**
   * Asks the brokers, and waits for the answer.
   *
   * @param now the time, as {@link System#nanoTime}
   */
  void ask(long now) throws InterruptedException {
    Set<String> missing = new TreeSet<>();
    boolean answered = false;
    for (Map.Entry<String, KafkaFuture<TopicDescription>> answer :
        brokers.describe(topics).entrySet()) {
      try {
        var unused = answer.getValue().get();
        answered = true;
      } catch (ExecutionException e) {
        boolean unknown = e.getCause() instanceof UnknownTopicOrPartitionException;
        answered |= unknown || e.getCause() instanceof AuthorizationException;
        if (unknown) {
          missing.add(answer.getKey());
        }
      }
    }
    note(answered, missing, now);
  }

  private synchronized void note(boolean answered, Set<String> missing, long now) {
    if (answered) {
      lastAnswer = now;
      missingSince.keySet().retainAll(missing);
      missing.forEach(topic -> missingSince.putIfAbsent(topic, now));
    }
  }

  /** Returns the time at which a broker last answered. */
  synchronized long lastAnswer() {
    return lastAnswer;
  }

  /** Returns the missing topics, each with the time at which it was first found missing. */
  synchronized Map<String, Long> missingSince() {
    return Map.copyOf(missingSince);
  }
}
