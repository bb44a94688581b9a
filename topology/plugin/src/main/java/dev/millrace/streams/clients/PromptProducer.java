package dev.millrace.streams.clients;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's producer, except that a transaction commits no offset beyond the records that its
 * thread's consumer has returned, and none of a task whose results were aborted (see {@link
 * ReturnedRecords}). Only its stream thread begins and ends transactions.
 */
public final class PromptProducer extends KafkaProducer<byte[], byte[]> {

  private final Supplier<? extends ShortPollConsumer> consumer;
  private final CommittedOffsets committed;

  /** The offsets of the current transaction. */
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

  /**
   * @param config Kafka's configuration
   * @param consumer returns the consumer that the calling stream thread polls; null if it polls no
   *     consumer of {@code PromptClients}
   * @param committed receives the offsets of each transaction that was committed
   */
  public PromptProducer(
      Map<String, Object> config,
      Supplier<? extends ShortPollConsumer> consumer,
      CommittedOffsets committed) {
    super(config, new ByteArraySerializer(), new ByteArraySerializer());
    this.consumer = consumer;
    this.committed = committed;
  }

  @Override
  public void beginTransaction() {
    offsets.clear();
    super.beginTransaction();
  }

  @Override
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    ShortPollConsumer polled = consumer.get();
    Map<TopicPartition, OffsetAndMetadata> sent =
        polled == null ? offsets : polled.committableInTransaction(offsets);
    super.sendOffsetsToTransaction(sent, group);
    this.offsets.putAll(sent);
  }

  @Override
  public void commitTransaction() {
    super.commitTransaction();
    committed.add(offsets);
  }

  @Override
  public void abortTransaction() {
    ShortPollConsumer polled = consumer.get();
    if (polled != null) {
      polled.transactionAborted();
    }
    super.abortTransaction();
  }
}
