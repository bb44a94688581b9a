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
 * Asks the brokers whether the topics exist, and keeps their last answer. Thread-safe; one thread
 * asks.
 */
final class TopicWatch {

  private static final int TIMEOUT_MS = 5_000;

  /** Describes topics, as the brokers do. */
  @FunctionalInterface
  interface Brokers {
    /** Asks for topics; all answers come together. */
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
   * The brokers that an admin client knows. They have 5 s for an answer.
   *
   * @param admin stays the caller's
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

  /** The time at which a broker last answered. */
  synchronized long lastAnswer() {
    return lastAnswer;
  }

  /** The missing topics, and the times since which they are missing. */
  synchronized Map<String, Long> missingSince() {
    return Map.copyOf(missingSince);
  }
}
