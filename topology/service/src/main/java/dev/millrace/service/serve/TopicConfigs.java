package dev.millrace.service.serve;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Reads the configurations of topics. */
public final class TopicConfigs {

  private TopicConfigs() {}

  /**
   * {@return the configuration of each topic, by name} The result leaves out missing topics. It
   * also leaves out topics that the user has no right to describe, with a warning.
   *
   * @param admin describes the topics; the caller closes it
   * @param topics the topics' names
   * @param warnings receives one line for each topic that the user has no right to describe
   */
  public static Map<String, Config> of(
      Admin admin, Collection<String> topics, Consumer<String> warnings) {
    Map<ConfigResource, KafkaFuture<Config>> asked =
        admin
            .describeConfigs(
                topics.stream()
                    .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                    .toList())
            .values();
    Map<String, Config> configs = new HashMap<>();
    asked.forEach(
        (topic, config) -> {
          try {
            configs.put(topic.name(), Answer.of(config));
          } catch (UnknownTopicOrPartitionException | InvalidTopicException e) {
            // Other checks report missing topics.
          } catch (AuthorizationException e) {
            warnings.accept(
                "the limits of topic "
                    + topic.name()
                    + " are unknown, because this user may not describe them ("
                    + e.getMessage()
                    + "); allow DESCRIBE_CONFIGS of the topic");
          }
        });
    return configs;
  }
}
