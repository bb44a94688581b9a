package dev.millrace.streams.clients;

import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's producer, except that a transaction commits no offset beyond the records that its
 * thread's consumer has returned (see {@link ReturnedRecords}). Only its stream thread begins and
 * ends transactions.
 */
public final class PromptProducer extends KafkaProducer<byte[], byte[]> {

  private final UnaryOperator<Map<TopicPartition, OffsetAndMetadata>> committable;
  private final CommittedOffsets committed;

  /** The offsets of the current transaction. */
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

  /**
   * @param config Kafka's configuration
   * @param committable returns those offsets that the calling stream thread may commit
   * @param committed receives the offsets of each transaction that was committed
   */
  public PromptProducer(
      Map<String, Object> config,
      UnaryOperator<Map<TopicPartition, OffsetAndMetadata>> committable,
      CommittedOffsets committed) {
    super(config, new ByteArraySerializer(), new ByteArraySerializer());
    this.committable = committable;
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
    Map<TopicPartition, OffsetAndMetadata> sent = committable.apply(offsets);
    super.sendOffsetsToTransaction(sent, group);
    this.offsets.putAll(sent);
  }

  @Override
  public void commitTransaction() {
    super.commitTransaction();
    committed.add(offsets);
  }
}
