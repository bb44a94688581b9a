package dev.millrace.streams;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Kafka Streams' usual clients, except that a stream thread does not sleep on answers it owes:
 *
 * <pre>{@code
 * new KafkaStreams(topology, properties, new PromptClients())
 * }</pre>
 *
 * <p>A stream thread that runs out of records waits for the next one inside its consumer, {@code
 * poll.ms} long. An answer that comes meanwhile would wait with it, and a small {@code poll.ms}
 * makes an idle thread turn in circles. This consumer looks for records without waiting as long as
 * an {@link ImageInference} on its thread has images in flight, waits for their answers in between,
 * and returns when one is there. A thread that owes nothing waits as Kafka Streams has it wait.
 * While records keep coming, answers leave in bursts, so that a short {@code linger.ms} makes few
 * requests: every five milliseconds, and every hundred once so many wait that they take as long.
 *
 * <p>It has no effect under {@code group.protocol=streams}, where Kafka Streams makes its consumer
 * itself: set a {@code poll.ms} of a few milliseconds there. Thread-safe.
 */
public final class PromptClients implements KafkaClientSupplier {

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return new PromptConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return usual(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return usual(config);
  }

  private static Consumer<byte[], byte[]> usual(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static final class PromptConsumer extends KafkaConsumer<byte[], byte[]> {

    /** How long a record may lie at the broker while an answer is waited for. */
    private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    PromptConsumer(Map<String, Object> config) {
      super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      OwedAnswers owed = OwedAnswers.ofThisThread();
      owed.polling(System.nanoTime());
      ConsumerRecords<byte[], byte[]> records =
          owed.any() ? pollOwing(owed, timeout) : super.poll(timeout);
      owed.polled(records.count(), lag(records.partitions()), System.nanoTime());
      return records;
    }

    /** Records that the broker has left of these partitions, as far as it has said. */
    private long lag(Set<TopicPartition> partitions) {
      long lag = 0;
      for (TopicPartition partition : partitions) {
        lag += currentLag(partition).orElse(0);
      }
      return lag;
    }

    private ConsumerRecords<byte[], byte[]> pollOwing(OwedAnswers owed, Duration timeout) {
      long start = System.nanoTime();
      long more = Math.min(owed.nanosForMore(start), timeout.toNanos());
      ConsumerRecords<byte[], byte[]> records = super.poll(Duration.ofNanos(more));
      while (saysNothing(records)
          && !owed.await(GLANCE_NANOS)
          && System.nanoTime() - start < timeout.toNanos()) {
        records = super.poll(Duration.ZERO);
      }
      return records;
    }

    /** True if it holds neither records nor positions that moved without any. */
    private static boolean saysNothing(ConsumerRecords<byte[], byte[]> records) {
      return records.isEmpty() && records.nextOffsets().isEmpty();
    }
  }
}
