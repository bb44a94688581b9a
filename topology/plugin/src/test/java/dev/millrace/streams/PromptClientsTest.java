package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.KafkaAdminClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No broker is reachable. */
@Timeout(30)
class PromptClientsTest {

  private static final Map<String, Object> CONFIG = Map.of("bootstrap.servers", "localhost:1");

  private final PromptClients clients = new PromptClients();

  @Test
  void consumer_returnsForAnAnswerThatItsThreadOwes() {
    OwedAnswers.Debtor debtor = () -> CompletableFuture.completedFuture("cat");
    try (Consumer<byte[], byte[]> consumer = clients.getConsumer(CONFIG)) {
      consumer.assign(Set.of(new TopicPartition("images", 0)));
      OwedAnswers.ofThisThread().add(debtor);

      assertThat(consumer.poll(Duration.ofHours(1))).isEmpty();
    } finally {
      OwedAnswers.ofThisThread().remove(debtor);
    }
  }

  @Test
  void otherClients_areKafkasOwn() {
    try (var restore = clients.getRestoreConsumer(CONFIG);
        var global = clients.getGlobalConsumer(CONFIG);
        var producer = clients.getProducer(CONFIG);
        var admin = clients.getAdmin(CONFIG)) {
      assertThat(restore).isExactlyInstanceOf(KafkaConsumer.class);
      assertThat(global).isExactlyInstanceOf(KafkaConsumer.class);
      assertThat(producer).isExactlyInstanceOf(KafkaProducer.class);
      assertThat(admin).isInstanceOf(KafkaAdminClient.class);
    }
  }
}
