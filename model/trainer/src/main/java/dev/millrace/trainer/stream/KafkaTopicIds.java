package dev.millrace.trainer.stream;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.training.BrokerAccess;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Reads the ids of topics from a broker. A client that may read a topic may also describe it. */
final class KafkaTopicIds implements TopicIds {

  private final Admin admin;
  private final DescribeTopicsOptions options;

  /**
   * Opens a client. Does not connect yet.
   *
   * @param patience the longest wait for the broker's answer
   */
  KafkaTopicIds(BrokerAccess broker, Duration patience) {
    this.admin = Admin.create(KafkaAccess.keysOf(broker));
    this.options = new DescribeTopicsOptions().timeoutMs((int) patience.toMillis());
  }

  @Override
  public Map<String, String> of(List<String> topics) {
    Map<String, String> ids = new HashMap<>();
    admin
        .describeTopics(topics, options)
        .topicNameValues()
        .forEach((name, topic) -> id(topic).ifPresent(id -> ids.put(name, id.toString())));
    return ids;
  }

  private static Optional<Uuid> id(KafkaFuture<TopicDescription> topic) {
    try {
      return Optional.of(topic.get().topicId()).filter(id -> !id.equals(Uuid.ZERO_UUID));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e.getCause() instanceof KafkaException failure
          ? failure
          : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
