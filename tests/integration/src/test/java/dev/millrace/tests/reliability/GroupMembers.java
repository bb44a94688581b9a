package dev.millrace.tests.reliability;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberDescription;
import org.apache.kafka.common.TopicPartition;

/** Asks a broker for the members of a group that reads one topic. */
final class GroupMembers {

  private GroupMembers() {}

  /**
   * Returns the partitions of each member, by the member's id.
   *
   * @param protocol {@code classic} or {@code streams}
   */
  static Map<String, Set<Integer>> of(String bootstrapServers, String group, String protocol)
      throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      if (protocol.equals("streams")) {
        return admin.describeStreamsGroups(List.of(group)).all().get().get(group).members().stream()
            .collect(
                Collectors.toMap(
                    StreamsGroupMemberDescription::memberId, GroupMembers::partitions));
      }
      return admin.describeConsumerGroups(List.of(group)).all().get().get(group).members().stream()
          .collect(Collectors.toMap(MemberDescription::consumerId, GroupMembers::partitions));
    }
  }

  private static Set<Integer> partitions(StreamsGroupMemberDescription member) {
    return member.assignment().activeTasks().stream()
        .flatMap(tasks -> tasks.partitions().stream())
        .collect(Collectors.toSet());
  }

  private static Set<Integer> partitions(MemberDescription member) {
    return member.assignment().topicPartitions().stream()
        .map(TopicPartition::partition)
        .collect(Collectors.toSet());
  }
}
