package dev.millrace.service.serve;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Makes the topics a service needs, with the broker's default replication; those that exist stay as
 * they are.
 */
public final class TopicCreation {

  private static final int VISIBLE_PAUSE_MS = 50;
  private static final int VISIBLE_ATTEMPTS = 200;

  private TopicCreation() {}

  /**
   * Makes what is missing and returns when a broker knows it all.
   *
   * @param partitions of the input, output and dead-letter topics
   * @throws KafkaException if the brokers refuse
   */
  public static void create(Admin admin, Topics topics, int partitions)
      throws InterruptedException {
    List<NewTopic> wanted =
        List.of(
            topic(topics.input(), partitions),
            topic(topics.output(), partitions),
            topic(topics.deadLetters(), partitions),
            topic(Topics.CONTROL, 1)
                .configs(
                    Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)),
            topic(Topics.STATUS, 1));
    Map<String, KafkaFuture<Void>> made = admin.createTopics(wanted).values();
    for (KafkaFuture<Void> topic : made.values()) {
      get(topic, TopicExistsException.class);
    }
    awaitVisible(admin, made.keySet());
  }

  /** The controller makes topics, and the brokers learn of them a moment later. */
  private static void awaitVisible(Admin admin, Set<String> topics) throws InterruptedException {
    for (int attempt = 0; attempt < VISIBLE_ATTEMPTS; attempt++) {
      if (get(
          admin.describeTopics(topics).allTopicNames(), UnknownTopicOrPartitionException.class)) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(VISIBLE_PAUSE_MS);
    }
    throw new TimeoutException(
        "topics were made, but no broker knows of them after "
            + VISIBLE_ATTEMPTS * VISIBLE_PAUSE_MS / 1000
            + " s");
  }

  /** Waits for an answer; true if it is good, false if it is the one error that is expected. */
  private static boolean get(KafkaFuture<?> answer, Class<? extends KafkaException> expected)
      throws InterruptedException {
    try {
      answer.get();
      return true;
    } catch (ExecutionException e) {
      if (expected.isInstance(e.getCause())) {
        return false;
      }
      throw e.getCause() instanceof KafkaException refused
          ? refused
          : new KafkaException(e.getCause());
    }
  }

  private static NewTopic topic(String name, int partitions) {
    return new NewTopic(name, Optional.of(partitions), Optional.empty());
  }
}
