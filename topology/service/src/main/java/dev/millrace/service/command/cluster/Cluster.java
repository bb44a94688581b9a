package dev.millrace.service.command.cluster;

import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.serve.MissingRightException;
import dev.millrace.service.serve.TopicCreation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Checks the Kafka cluster before a command starts its work. If no broker answers or a topic does
 * not exist, the command ends with one line that says so. Not thread-safe. The caller closes it.
 */
public final class Cluster implements AutoCloseable {

  private final Admin admin;
  private final String bootstrapServers;
  private final LongSupplier nanoTime;

  /**
   * @param admin the admin client, which {@link #close} closes
   * @param bootstrapServers the brokers' addresses, as messages name them
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  Cluster(Admin admin, String bootstrapServers, LongSupplier nanoTime) {
    this.admin = admin;
    this.bootstrapServers = bootstrapServers;
    this.nanoTime = nanoTime;
  }

  /**
   * Creates the admin client. This method sends no request.
   *
   * @param kafka the options that name the brokers
   * @return the cluster, which the caller closes
   */
  public static Cluster of(KafkaOptions kafka) {
    try {
      return new Cluster(Admin.create(kafka.admin()), kafka.bootstrapServers(), System::nanoTime);
    } catch (KafkaException e) {
      if (e.getCause() instanceof ConfigException cause
          && cause.getMessage().contains("bootstrap")) {
        throw new UnreachableBrokerException(
            "no broker can be found by the name "
                + kafka.bootstrapServers()
                + "; correct --bootstrap-servers",
            true,
            e);
      }
      throw e;
    }
  }

  /**
   * Waits until a broker answers.
   *
   * @throws CommandException if no broker answers within {@value KafkaOptions#PATIENCE_MS} ms
   */
  public void requireBroker() {
    get(admin.describeCluster().nodes());
  }

  /**
   * Checks that the topics exist, and waits until each partition accepts records. A new partition
   * accepts records a moment after the metadata lists the partition.
   *
   * @param topics the topics' names
   * @throws CommandException if no broker answers, a topic does not exist, or a partition has no
   *     leader
   */
  public void requireTopics(Set<String> topics) {
    List<TopicDescription> descriptions = new ArrayList<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
        admin.describeTopics(topics).topicNameValues().entrySet()) {
      try {
        descriptions.add(get(topic.getValue()));
      } catch (InvalidTopicException e) {
        throw new CommandException(
            "'"
                + topic.getKey()
                + "' cannot be the name of a topic; use only letters, digits, '.', '_' and '-'",
            e);
      } catch (UnknownTopicOrPartitionException e) {
        throw new CommandException(
            "there is no topic '"
                + topic.getKey()
                + "' at "
                + bootstrapServers
                + "; create it with 'millrace serve --create-topics PARTITIONS' or kafka-topics.sh"
                + " --create",
            e);
      } catch (AuthorizationException e) {
        throw new MissingRightException(
            "Describe, which Read and Write include, on topic " + topic.getKey(), e);
      }
    }
    for (TopicDescription topic : descriptions) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        if (partition.leader() == null || partition.leader().isEmpty()) {
          throw new CommandException(
              "partition "
                  + partition.partition()
                  + " of topic '"
                  + topic.name()
                  + "' has no leader; start the broker that kafka-topics.sh --describe shows as its"
                  + " replica");
        }
      }
    }
    get(admin.listOffsets(TopicCreation.ends(descriptions)).all());
  }

  /**
   * Reads the size of the largest record batch that a topic accepts.
   *
   * @param topic the topic's name
   * @return the size in bytes; empty if the user may not describe the topic's configuration
   */
  public OptionalInt maxMessageBytes(String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      Config config = get(admin.describeConfigs(Set.of(resource)).values().get(resource));
      return OptionalInt.of(
          Integer.parseInt(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value()));
    } catch (AuthorizationException e) {
      return OptionalInt.empty();
    }
  }

  /**
   * {@return the exception for a command that gets no answer from a broker}
   *
   * @param bootstrapServers the brokers' addresses
   * @param waited how long the command waited for an answer
   * @param cause the exception that the Kafka client threw
   */
  public static UnreachableBrokerException unreachable(
      String bootstrapServers, Duration waited, Throwable cause) {
    return new UnreachableBrokerException(
        "no answer from a broker at "
            + bootstrapServers
            + " within "
            + seconds(waited)
            + ": the broker is down or busy, or expects another security.protocol; start a broker"
            + " with 'millrace broker', give --bootstrap-servers, or try again",
        false,
        cause);
  }

  /** Formats a time in seconds, for messages. */
  static String seconds(Duration time) {
    return time.compareTo(Duration.ofSeconds(10)) < 0
        ? String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3)
        : time.toSeconds() + " s";
  }

  private <T> T get(KafkaFuture<T> future) {
    long start = nanoTime.getAsLong();
    try {
      return future.get(2L * KafkaOptions.PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw unreachable(bootstrapServers, since(start), e.getCause());
      }
      if (e.getCause() instanceof KafkaException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    } catch (java.util.concurrent.TimeoutException e) {
      throw unreachable(bootstrapServers, since(start), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted while waiting for the broker", e);
    }
  }

  private Duration since(long start) {
    return Duration.ofNanos(nanoTime.getAsLong() - start);
  }

  /** {@return the admin client, which {@link #close} closes} */
  public Admin admin() {
    return admin;
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
