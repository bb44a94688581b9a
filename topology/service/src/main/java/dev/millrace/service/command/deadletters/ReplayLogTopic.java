package dev.millrace.service.command.deadletters;

import dev.millrace.service.serve.TopicCreation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Finds or creates the topic of a {@link ReplayLog}. */
final class ReplayLogTopic {

  private ReplayLogTopic() {}

  /**
   * Returns the log of a dead-letter topic, without reading the log.
   *
   * @param create whether to create the log's topic if it does not exist
   * @throws KafkaException if the brokers refuse the request
   */
  static ReplayLog open(Admin admin, String deadLetters, boolean create)
      throws InterruptedException {
    String name = ReplayLog.topic(deadLetters);
    if (create) {
      TopicCreation.create(
          admin,
          List.of(
              new NewTopic(name, Optional.of(1), Optional.empty())
                  .configs(
                      Map.of(
                          TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT))));
    }
    Map<String, KafkaFuture<TopicDescription>> topics =
        admin.describeTopics(Set.of(deadLetters, name)).topicNameValues();
    return new ReplayLog(
        name, id(topics.get(deadLetters)).orElseThrow(), id(topics.get(name)).isPresent());
  }

  private static Optional<Uuid> id(KafkaFuture<TopicDescription> topic)
      throws InterruptedException {
    try {
      return Optional.of(topic.get().topicId());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e.getCause() instanceof KafkaException refused
          ? refused
          : new KafkaException(e.getCause());
    }
  }
}
