package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.streams.clients.OwedAnswers;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the clients without a reachable broker. */
@Timeout(30)
class PromptClientsTest {

  private static final Map<String, Object> CONFIG = Map.of("bootstrap.servers", "localhost:1");

  private final PromptClients clients = new PromptClients();

  @Tag("build-kafka")
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

  /**
   * Kafka accepts spaces around a number, which a properties file may hold at the end of a line.
   */
  @Test
  void numbersWithSpaces_areAccepted() {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            "localhost:1",
            "max.poll.records",
            "5 ",
            "transactional.id",
            "id",
            "transaction.timeout.ms",
            " 5000 ");
    try (Consumer<byte[], byte[]> consumer = clients.getConsumer(config);
        Producer<byte[], byte[]> producer = clients.getProducer(config)) {
      assertThat(consumer.assignment()).isEmpty();
      assertThat(producer.metrics()).isNotEmpty();
    }
  }

  @Test
  void wakeup_endsTheClient_onlyAfterItsPollsWereEnded() {
    PromptClients clients = new PromptClients();
    StreamsUncaughtExceptionHandler handler =
        clients.leavingGroup(failure -> StreamThreadExceptionResponse.REPLACE_THREAD);

    assertThat(handler.handle(new WakeupException()))
        .isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);

    clients.endPolls();

    assertThat(handler.handle(new StreamsException(new WakeupException())))
        .isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
    assertThat(handler.handle(new StreamsException("other")))
        .isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
  }

  @Test
  void otherClients_areKafkasOwn() {
    try (var restore = clients.getRestoreConsumer(CONFIG);
        var global = clients.getGlobalConsumer(CONFIG);
        var producer = clients.getProducer(CONFIG)) {
      assertThat(restore).isExactlyInstanceOf(KafkaConsumer.class);
      assertThat(global).isExactlyInstanceOf(KafkaConsumer.class);
      assertThat(producer).isInstanceOf(KafkaProducer.class);
    }
  }
}
