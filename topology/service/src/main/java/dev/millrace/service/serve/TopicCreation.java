package dev.millrace.service.serve;

import dev.millrace.control.ControlTopic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
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
   * Makes what is missing and returns when every partition takes records. Topics that a pattern
   * stands for are not made.
   *
   * @param partitions of the input, output and dead-letter topics
   * @param maxRecordBytes the largest record batch that the input topic takes
   * @throws KafkaException if the brokers refuse
   */
  public static void create(Admin admin, Topics topics, int partitions, int maxRecordBytes)
      throws InterruptedException {
    List<NewTopic> wanted = new ArrayList<>(control());
    topics.inputs().forEach(input -> wanted.add(topic(input, partitions, maxRecordBytes)));
    wanted.add(topic(topics.output(), partitions, maxRecordBytes));
    wanted.add(
        topic(topics.deadLetters(), partitions, ServiceConfig.maxDeadLetterBytes(maxRecordBytes)));
    create(admin, wanted);
  }

  /**
   * Makes the topics of which version serves, if they are missing.
   *
   * @throws KafkaException if the brokers refuse
   */
  public static void createControl(Admin admin) throws InterruptedException {
    create(admin, control());
  }

  /**
   * Makes the topics of labelled events, if they are missing.
   *
   * @param maxRecordBytes the largest record batch that the images' topic takes
   * @throws KafkaException if the brokers refuse
   */
  public static void createLabelled(
      Admin admin, String images, String labels, int partitions, int maxRecordBytes)
      throws InterruptedException {
    create(admin, List.of(topic(images, partitions, maxRecordBytes), topic(labels, partitions)));
  }

  private static List<NewTopic> control() {
    return List.of(
        topic(ControlTopic.NAME, 1)
            .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)),
        topic(ControlTopic.STATUS, 1));
  }

  /**
   * Makes topics, as far as they are missing, and returns when every partition takes records. Where
   * none is missing, no right to make one is needed.
   *
   * @throws MissingRightException if a topic is missing, and we may not make or see it
   * @throws KafkaException if the brokers refuse
   */
  public static void create(Admin admin, List<NewTopic> wanted) throws InterruptedException {
    Set<String> there = get(admin.listTopics().names());
    List<NewTopic> missing =
        wanted.stream().filter(topic -> !there.contains(topic.name())).toList();
    for (Map.Entry<String, KafkaFuture<Void>> topic :
        admin.createTopics(missing).values().entrySet()) {
      try {
        get(topic.getValue());
      } catch (TopicExistsException e) {
        // Somebody else has made it meanwhile, or we may not see it.
      } catch (AuthorizationException e) {
        throw new MissingRightException("Create on topic " + topic.getKey(), e);
      }
    }
    awaitLeaders(admin, wanted.stream().map(NewTopic::name).collect(Collectors.toSet()));
  }

  /**
   * Returns when each partition's leader answers. The controller makes topics, the brokers learn of
   * them a moment later, and tell of a partition before they take records for it. A producer that
   * comes in between has its first batch refused and its second taken, after which no broker takes
   * the first again: out of order.
   *
   * @throws KafkaException if they do not within Kafka's own time limits
   */
  private static void awaitLeaders(Admin admin, Set<String> topics) throws InterruptedException {
    Collection<TopicDescription> made = awaitDescriptions(admin, topics);
    get(admin.listOffsets(ends(made)).all());
  }

  /** What to ask for the end of each partition, which only a leader in office answers. */
  public static Map<TopicPartition, OffsetSpec> ends(Collection<TopicDescription> topics) {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (TopicDescription topic : topics) {
      topic
          .partitions()
          .forEach(
              p -> ends.put(new TopicPartition(topic.name(), p.partition()), OffsetSpec.latest()));
    }
    return ends;
  }

  private static Collection<TopicDescription> awaitDescriptions(Admin admin, Set<String> topics)
      throws InterruptedException {
    for (int attempt = 0; attempt < VISIBLE_ATTEMPTS; attempt++) {
      try {
        return get(admin.describeTopics(topics).allTopicNames()).values();
      } catch (AuthorizationException e) {
        throw new MissingRightException(
            "Describe on each of the topics " + String.join(", ", new TreeSet<>(topics)), e);
      } catch (UnknownTopicOrPartitionException e) {
        TimeUnit.MILLISECONDS.sleep(VISIBLE_PAUSE_MS);
      }
    }
    throw new TimeoutException(
        "topics were made, but no broker knows of them after "
            + VISIBLE_ATTEMPTS * VISIBLE_PAUSE_MS / 1000
            + " s");
  }

  private static <T> T get(KafkaFuture<T> answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException refused
          ? refused
          : new KafkaException(e.getCause());
    }
  }

  private static NewTopic topic(String name, int partitions, int maxMessageBytes) {
    return topic(name, partitions)
        .configs(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(maxMessageBytes)));
  }

  private static NewTopic topic(String name, int partitions) {
    return new NewTopic(name, Optional.of(partitions), Optional.empty());
  }
}
