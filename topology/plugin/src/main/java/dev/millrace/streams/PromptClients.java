package dev.millrace.streams;

import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka Streams' usual clients, except that a stream thread does not sleep on answers it owes:
 *
 * <pre>{@code
 * new KafkaStreams(topology, properties, new PromptClients())
 * }</pre>
 *
 * <p>A stream thread that runs out of records waits for the next one inside its consumer, up to
 * {@code poll.ms}. An answer that comes meanwhile would wait with it, and a small {@code poll.ms}
 * keeps an idle thread busy for nothing. While an {@link ImageInference} on its thread has images
 * in flight, this consumer looks for records without waiting, waits for the answers in between, and
 * returns when one is there. A thread that owes nothing waits as Kafka Streams has it wait. While
 * records keep coming, answers leave in bursts, so that a short {@code linger.ms} makes few
 * requests: every 5 ms, and every 100 ms once the records that wait take that long.
 *
 * <p>Records that were deleted before they were read are told in a warning: Kafka's own consumer
 * passes over them as {@code auto.offset.reset} says, in silence.
 *
 * <p>It has no effect under {@code group.protocol=streams}, where Kafka Streams makes its consumer
 * itself: set a {@code poll.ms} of a few milliseconds there. Thread-safe.
 */
public final class PromptClients implements KafkaClientSupplier {

  private static final Logger log = LoggerFactory.getLogger(PromptClients.class);

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
    return new PromptConsumer(config, System::nanoTime);
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

    private final PromptPoll prompt;

    PromptConsumer(Map<String, Object> config, LongSupplier nanoTime) {
      super(
          LostRecords.reset(config).isPresent() ? LostRecords.withoutReset(config) : config,
          new ByteArrayDeserializer(),
          new ByteArrayDeserializer());
      Function<Duration, ConsumerRecords<byte[], byte[]>> poll =
          LostRecords.reset(config)
              .map(reset -> new LostRecords(reset, this, log::warn))
              .map(lost -> lost.around(super::poll))
              .orElse(super::poll);
      prompt = new PromptPoll(poll, this::currentLag, OwedAnswers::ofThisThread, nanoTime);
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      return prompt.poll(timeout);
    }
  }
}
