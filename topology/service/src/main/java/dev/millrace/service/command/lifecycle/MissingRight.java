package dev.millrace.service.command.lifecycle;

import java.util.TreeSet;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;

/**
 * Names the rights that the user may lack. Kafka's exceptions name the resource but not the
 * operation.
 */
final class MissingRight {

  private MissingRight() {}

  /** {@return the rights that the user may lack, as a part of the error message} */
  static String of(Throwable refused) {
    if (refused instanceof TopicAuthorizationException topics) {
      return "the rights Describe and Read (for consumers) or Write (for producers) on topic "
          + String.join(", ", new TreeSet<>(topics.unauthorizedTopics()));
    }
    if (refused instanceof GroupAuthorizationException group) {
      return "the right Read on "
          + (group.groupId() == null ? "the group" : "group " + group.groupId());
    }
    if (refused instanceof TransactionalIdAuthorizationException) {
      return "the rights Describe and Write on the transactional id";
    }
    if (refused instanceof ClusterAuthorizationException) {
      return "the right Create (for new topics) or IdempotentWrite (for producers) on the cluster";
    }
    return "the rights";
  }
}
