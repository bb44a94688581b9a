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
 * Creates the topics that a service needs, with the brokers' default replication factor. Existing
 * topics are not changed.
 */
public final class TopicCreation {

  private static final int VISIBLE_PAUSE_MS = 50;
  private static final int VISIBLE_ATTEMPTS = 200;

  private TopicCreation() {}

  /**
   * Creates a service's missing topics, and returns when every partition accepts records. With an
   * input pattern, creates no input topics.
   *
   * @param admin creates the topics; the caller closes it
   * @param topics the service's topics
   * @param partitions number of partitions of each input, output and dead-letter topic
   * @param maxRecordBytes largest record batch that an input topic accepts, in bytes
   * @throws KafkaException if the brokers refuse a request
   * @throws InterruptedException if the thread is interrupted
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
   * Creates the control topic and the status topic if they are missing.
   *
   * @param admin creates the topics; the caller closes it
   * @throws KafkaException if the brokers refuse a request
   * @throws InterruptedException if the thread is interrupted
   */
  public static void createControl(Admin admin) throws InterruptedException {
    create(admin, control());
  }

  /**
   * Creates the topics of images and labels if they are missing.
   *
   * @param admin creates the topics; the caller closes it
   * @param images topic of the images
   * @param labels topic of the labels
   * @param partitions number of partitions of each topic
   * @param maxRecordBytes largest record batch that the images' topic accepts, in bytes
   * @throws KafkaException if the brokers refuse a request
   * @throws InterruptedException if the thread is interrupted
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
   * Creates missing topics, and returns when every partition accepts records. If no topic is
   * missing, the user needs no right to create topics.
   *
   * @param admin creates the topics; the caller closes it
   * @param wanted the topics, with their partitions and configurations
   * @throws MissingRightException if a topic is missing, and the user has no right to create the
   *     topic or to see it
   * @throws KafkaException if the brokers refuse a request
   * @throws InterruptedException if the thread is interrupted
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
        // Another client has created the topic meanwhile, or the user has no right to describe the
        // topic.
      } catch (AuthorizationException e) {
        throw new MissingRightException("Create on topic " + topic.getKey(), e);
      }
    }
    awaitLeaders(admin, wanted.stream().map(NewTopic::name).collect(Collectors.toSet()));
  }

  /**
   * Returns when the leader of each partition answers. A broker describes a new partition a moment
   * before it accepts records for the partition. If an idempotent producer sends in this moment,
   * the broker may refuse the first batch and accept the second. The broker then refuses every
   * retry of the first batch, because the batch is out of order.
   *
   * @throws KafkaException if a leader does not answer within Kafka's own time-outs
   */
  private static void awaitLeaders(Admin admin, Set<String> topics) throws InterruptedException {
    Collection<TopicDescription> made = awaitDescriptions(admin, topics);
    get(admin.listOffsets(ends(made)).all());
  }

  /**
   * {@return one query per partition for its end offset; only the current leader of the partition
   * answers this query}
   *
   * @param topics the topics' descriptions
   */
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
        "topics were created, but no broker describes them after "
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
