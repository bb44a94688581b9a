package dev.millrace.streams.clients;

import dev.millrace.streams.internals.TaskRevival;
import java.util.Collection;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;

/**
 * Kafka Streams' rebalance listener, except for what follows a revocation:
 *
 * <ul>
 *   <li>The consumer forgets the records of the partitions, after Kafka Streams has committed and
 *       closed their tasks.
 *   <li>If a task gives up its work because of the commit, the thread joins its group again. Kafka
 *       Streams cannot revive the task, because it closes the task before the poll throws.
 * </ul>
 *
 * <p>Confined to the consumer's thread.
 */
final class RebalanceGuard implements ConsumerRebalanceListener {

  private final ConsumerRebalanceListener listener;
  private final Consumer<Collection<TopicPartition>> forget;

  /**
   * @param listener Kafka Streams' listener
   * @param forget forgets the records of partitions
   */
  RebalanceGuard(ConsumerRebalanceListener listener, Consumer<Collection<TopicPartition>> forget) {
    this.listener = listener;
    this.forget = forget;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    listener.onPartitionsAssigned(partitions);
  }

  /**
   * Revokes partitions.
   *
   * @throws TaskMigratedException if a task gives up its work
   */
  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    try {
      listener.onPartitionsRevoked(partitions);
    } catch (TaskCorruptedException e) {
      throw TaskRevival.joinAgain(e);
    } finally {
      forget.accept(partitions);
    }
  }

  /**
   * {@return the exception that a poll should throw} Kafka's consumer wraps what a revocation
   * throws while it prepares to join its group. Kafka Streams would not recognise a wrapped {@link
   * TaskMigratedException}, and would end the thread.
   *
   * @param failure what Kafka's consumer has thrown
   */
  static KafkaException unwrapped(KafkaException failure) {
    return failure.getCause() instanceof TaskMigratedException migrated ? migrated : failure;
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    try {
      listener.onPartitionsLost(partitions);
    } finally {
      forget.accept(partitions);
    }
  }
}
