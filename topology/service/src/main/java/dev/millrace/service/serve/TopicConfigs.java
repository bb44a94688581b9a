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
   * The configuration of each topic. A topic that is missing is left out, and with a warning one
   * that we may not describe.
   *
   * @param admin stays the caller's
   * @param warnings takes which topics we may not describe, a line each
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
            // others look for missing topics
          } catch (AuthorizationException e) {
            warnings.accept(
                "the limits of topic "
                    + topic.name()
                    + " are unknown, because we may not describe them ("
                    + e.getMessage()
                    + "); allow DESCRIBE_CONFIGS of the topic");
          }
        });
    return configs;
  }
}
