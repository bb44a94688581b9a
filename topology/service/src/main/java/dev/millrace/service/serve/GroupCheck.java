package dev.millrace.service.serve;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * Checks that a consumer group belongs to this service. If two services with different input topics
 * shared a group, Kafka would assign them partitions of topics that they do not read. There would
 * be no error. Used by one thread.
 */
public final class GroupCheck {

  private final Admin admin;
  private final Consumer<String> warnings;

  /**
   * Creates the check.
   *
   * @param admin describes the group; the caller closes it
   * @param warnings receives one line if the group cannot be checked
   */
  public GroupCheck(Admin admin, Consumer<String> warnings) {
    this.admin = admin;
    this.warnings = warnings;
  }

  /**
   * Returns normally if the group reads only the service's topics, or no topic yet. The group may
   * also have committed offsets for topics that it no longer reads. If the user has no right to
   * describe the group, this method warns and returns.
   *
   * @param group the group's name
   * @param topics the service's topics
   * @throws StartRefusedException if members of the group read another topic, or if all committed
   *     offsets of the group belong to other topics
   */
  public void requireOwn(String group, Topics topics) {
    try {
      boolean unused = requireOwnMembers(group, topics);
      Set<String> committed = topicsOfOffsets(group);
      Set<String> others = others(committed.stream(), topics);
      if (!committed.isEmpty() && others.size() == committed.size()) {
        throw refused(
            group,
            "its committed offsets are of " + quoted(others),
            topics,
            "; if that service is gone, 'kafka-consumer-groups.sh --delete --group "
                + group
                + "' frees the name");
      }
    } catch (AuthorizationException e) {
      warnings.accept(
          "cannot check whether another service uses the group "
              + group
              + ", because this user has no right to describe it ("
              + e.getMessage()
              + "); allow DESCRIBE of the group");
    }
  }

  /**
   * Checks the members of the group, but not its committed offsets. Until the group is stable, the
   * brokers may not know the topics of all members.
   *
   * @return whether the group is stable
   * @throws StartRefusedException if members of the group read another topic
   * @throws AuthorizationException if the user has no right to describe the group
   */
  boolean requireOwnMembers(String group, Topics topics) {
    Optional<ConsumerGroupDescription> consumers = consumerGroup(group);
    Optional<StreamsGroupDescription> streams = streamsGroup(group);
    Set<String> read =
        others(
            Stream.concat(
                consumers.stream().flatMap(GroupCheck::assigned),
                streams.stream().flatMap(GroupCheck::sources)),
            topics);
    if (!read.isEmpty()) {
      throw refused(group, "it has members that read " + quoted(read), topics, "");
    }
    return consumers.stream().anyMatch(found -> found.groupState() == GroupState.STABLE)
        || streams.stream().anyMatch(found -> found.groupState() == GroupState.STABLE);
  }

  private static StartRefusedException refused(
      String group, String why, Topics topics, String orElse) {
    return new StartRefusedException(
        "group '"
            + group
            + "' belongs to another service: "
            + why
            + ", and this service reads "
            + topics.inputText()
            + "; give this service a group of its own with --application-id"
            + orElse);
  }

  private static Set<String> others(Stream<String> read, Topics topics) {
    return read.filter(Predicate.not(topics::isInput))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String quoted(Set<String> topics) {
    return topics.stream().map(topic -> "'" + topic + "'").collect(Collectors.joining(", "));
  }

  private Set<String> topicsOfOffsets(String group) {
    return Answer.of(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .entrySet()
        .stream()
        .filter(entry -> entry.getValue() != null)
        .map(entry -> entry.getKey().topic())
        .collect(Collectors.toSet());
  }

  private Optional<ConsumerGroupDescription> consumerGroup(String group) {
    try {
      return Optional.of(
          Answer.of(admin.describeConsumerGroups(Set.of(group)).describedGroups().get(group)));
    } catch (GroupIdNotFoundException e) {
      return Optional.empty();
    }
  }

  private Optional<StreamsGroupDescription> streamsGroup(String group) {
    try {
      return Optional.of(
          Answer.of(admin.describeStreamsGroups(Set.of(group)).describedGroups().get(group)));
    } catch (GroupIdNotFoundException | UnsupportedVersionException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns the topics of the partitions that are assigned to the group's members. A member has no
   * partition while it waits for a rebalance.
   */
  private static Stream<String> assigned(ConsumerGroupDescription group) {
    return group.members().stream()
        .flatMap(member -> member.assignment().topicPartitions().stream())
        .map(TopicPartition::topic);
  }

  private static Stream<String> sources(StreamsGroupDescription group) {
    return group.members().isEmpty()
        ? Stream.empty()
        : group.subtopologies().stream().flatMap(part -> part.sourceTopics().stream());
  }
}
