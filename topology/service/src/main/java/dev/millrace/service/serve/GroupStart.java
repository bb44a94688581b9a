package dev.millrace.service.serve;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/**
 * Decides where a service's group starts or continues to read. It commits the start offsets of a
 * new group before the group has members. In a partition that is added later, the group then starts
 * at the first record. Used by one thread.
 */
public final class GroupStart {

  private final Admin admin;
  private final String group;
  private final Topics topics;
  private final Consumer<String> warnings;

  /**
   * Creates an instance for one group.
   *
   * @param admin reads and commits offsets; the caller closes it
   * @param group the group's name
   * @param topics the service's topics
   * @param warnings receives one line for each partition that has lost records
   */
  public GroupStart(Admin admin, String group, Topics topics, Consumer<String> warnings) {
    this.warnings = warnings;
    this.admin = admin;
    this.group = group;
    this.topics = topics;
  }

  /**
   * Commits the start offsets of a group without offsets. For a group with offsets, warns of each
   * partition whose records were deleted before the group read them.
   *
   * @param from the start position of a group without offsets, or null to use {@code reset}
   * @param reset the value of {@code auto.offset.reset}
   * @return a text that says where the group starts, to print when the service is ready
   */
  public String begin(From from, String reset) {
    Map<TopicPartition, Long> committed;
    try {
      committed = committed();
    } catch (AuthorizationException e) {
      if (from != null) {
        throw new MissingRightException("Read on group " + group, e);
      }
      return "group " + group;
    }
    if (!committed.isEmpty()) {
      warnOfLost(committed);
      return "group " + group + " from its committed offsets";
    }
    if (from == null) {
      return "new group " + group + " from " + reset;
    }
    try {
      Answer.of(admin.alterConsumerGroupOffsets(group, offsets(from)).all());
      return "new group " + group + " from " + from.text();
    } catch (GroupAuthorizationException e) {
      throw new MissingRightException("Read on group " + group, e);
    } catch (UnknownMemberIdException e) {
      return "group " + group + " from where its other members began";
    }
  }

  private Map<TopicPartition, Long> committed() {
    return Answer.of(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .entrySet()
        .stream()
        .filter(entry -> entry.getValue() != null && topics.isInput(entry.getKey().topic()))
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
  }

  private void warnOfLost(Map<TopicPartition, Long> committed) {
    Map<TopicPartition, Long> beginnings = ask(committed.keySet(), OffsetSpec.earliest());
    Map<TopicPartition, Long> ends = ask(committed.keySet(), OffsetSpec.latest());
    committed.entrySet().stream()
        .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
        .forEach(
            entry ->
                lost(
                    entry.getKey(),
                    entry.getValue(),
                    beginnings.get(entry.getKey()),
                    ends.get(entry.getKey())));
  }

  private void lost(TopicPartition partition, long committed, long beginning, long end) {
    if (committed < beginning) {
      warnings.accept(
          "partition "
              + partition
              + " has lost "
              + (beginning - committed)
              + " records that group "
              + group
              + " had not read: the group is at offset "
              + committed
              + ", and the first record that is left is at "
              + beginning
              + "; raise the topic's retention.ms to keep records longer");
    } else if (committed > end) {
      warnings.accept(
          "partition "
              + partition
              + " ends at offset "
              + end
              + ", before offset "
              + committed
              + " of group "
              + group
              + ": the topic was deleted and created again, or has lost records that were"
              + " answered");
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> offsets(From from) {
    Set<TopicPartition> partitions = partitions();
    Map<TopicPartition, Long> found = ask(partitions, from.offsets());
    Map<TopicPartition, Long> ends = ask(partitions, OffsetSpec.latest());
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    found.forEach(
        (partition, offset) ->
            offsets.put(
                partition,
                // -1 means that no record has this timestamp or a later one
                new OffsetAndMetadata(offset < 0 ? ends.get(partition) : offset)));
    return offsets;
  }

  private Set<TopicPartition> partitions() {
    List<String> inputs =
        topics.inputPattern() == null
            ? topics.inputs()
            : Answer.of(admin.listTopics().names()).stream().filter(topics::isInput).toList();
    return Answer.of(admin.describeTopics(inputs).allTopicNames()).values().stream()
        .flatMap(GroupStart::partitions)
        .collect(Collectors.toSet());
  }

  private static Stream<TopicPartition> partitions(TopicDescription topic) {
    return topic.partitions().stream()
        .map(partition -> new TopicPartition(topic.name(), partition.partition()));
  }

  private Map<TopicPartition, Long> ask(Set<TopicPartition> partitions, OffsetSpec offsets) {
    Map<TopicPartition, OffsetSpec> asked =
        partitions.stream().collect(Collectors.toMap(partition -> partition, p -> offsets));
    return Answer.of(admin.listOffsets(asked).all()).entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> offset(entry.getValue())));
  }

  private static long offset(ListOffsetsResultInfo info) {
    return Objects.requireNonNull(info).offset();
  }
}
