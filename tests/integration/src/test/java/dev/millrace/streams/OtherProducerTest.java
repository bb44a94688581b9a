package dev.millrace.streams;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A task gives up its work in an application that takes only the consumer from {@link
 * PromptClients}. Another producer does not guard its transactions.
 */
class OtherProducerTest extends GivenUpTasks {

  private static final Duration AWAY = Duration.ofSeconds(2);

  private final StuckTask.Progress progress = new StuckTask.Progress();

  @AfterEach
  void release() {
    progress.away = false;
  }

  private static final class OtherProducer implements KafkaClientSupplier {

    private final PromptClients clients = new PromptClients();

    @Override
    public Admin getAdmin(Map<String, Object> config) {
      return clients.getAdmin(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
      return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
      return clients.getConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
      return clients.getRestoreConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
      return clients.getGlobalConsumer(config);
    }
  }

  @Test
  void withAnotherProducer_noRecordIsSkipped() {
    input().processValues(() -> new StuckTask(progress));
    configure("exactly_once_v2", "one");
    try (KafkaStreams streams =
        start(new KafkaStreams(builder.build(), properties, new OtherProducer()))) {
      progress.awaitProcessed(AWAY);
    }
  }
}
