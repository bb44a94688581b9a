package dev.millrace.trainer.stream;

import java.util.List;
import java.util.Map;

/** Reads the ids of topics. A topic that is deleted and created again gets another id. */
@FunctionalInterface
interface TopicIds extends AutoCloseable {

  /**
   * {@return the ids by the topics' names, without topics that do not exist, and without ids that
   * the broker does not tell}
   *
   * @throws org.apache.kafka.common.errors.RetriableException if no broker answers
   * @throws org.apache.kafka.common.KafkaException if the topics may not be described
   */
  Map<String, String> of(List<String> topics);

  @Override
  default void close() {}
}
