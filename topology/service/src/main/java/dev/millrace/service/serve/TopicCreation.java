package dev.millrace.service.serve;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Makes the topics a service needs, with the broker's default replication; those that exist stay as
 * they are.
 */
public final class TopicCreation {

  private TopicCreation() {}

  /**
   * Makes what is missing and returns when the brokers have it.
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
    for (KafkaFuture<Void> made : admin.createTopics(wanted).values().values()) {
      try {
        made.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TopicExistsException) {
          continue;
        }
        throw e.getCause() instanceof KafkaException refused
            ? refused
            : new KafkaException(e.getCause());
      }
    }
  }

  private static NewTopic topic(String name, int partitions) {
    return new NewTopic(name, Optional.of(partitions), Optional.empty());
  }
}
