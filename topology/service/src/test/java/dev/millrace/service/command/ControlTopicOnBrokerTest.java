package dev.millrace.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlReader;
import dev.millrace.control.ControlWriter;
import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.serve.TopicCreation;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Tests the clients of the control topic on a real broker, with open and aborted transactions. */
@Tag("broker")
@ResourceLock("millrace.models") // the control topic of the shared broker
class ControlTopicOnBrokerTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  private final Map<String, Object> kafka =
      Map.of(
          "bootstrap.servers",
          BROKER.bootstrapServers(),
          "isolation.level",
          "read_uncommitted",
          "group.id",
          "others");
  private String model;

  @BeforeEach
  void createTopic(TestInfo test) throws InterruptedException {
    model = test.getTestMethod().orElseThrow().getName(); // because the tests share a control topic
    TopicCreation.createControl(BROKER.admin());
    new ControlWriter(kafka, kafka).change(model, before -> new Champion(1, null, false));
  }

  private Producer<String, String> began() throws ExecutionException, InterruptedException {
    Producer<String, String> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                BROKER.bootstrapServers(),
                "transactional.id",
                "another id of " + model),
            new StringSerializer(),
            new StringSerializer());
    producer.initTransactions();
    producer.beginTransaction();
    producer
        .send(new ProducerRecord<>("millrace.models", 0, model, "{\"champion\":{\"version\":2}}"))
        .get();
    return producer;
  }

  private Optional<Champion> champion() {
    try (ControlReader reader = new ControlReader(kafka, model)) {
      return reader.readToEnd();
    }
  }

  @Test
  void championOfAnAbortedTransaction_isNotRead() throws Exception {
    try (Producer<String, String> producer = began()) {
      producer.abortTransaction();
    }

    assertThat(champion()).contains(new Champion(1, null, false));
  }

  @Test
  void championOfAnOpenTransaction_isWaitedFor() throws Exception {
    try (Producer<String, String> producer = began()) {
      CompletableFuture<Optional<Champion>> read = CompletableFuture.supplyAsync(this::champion);
      producer.commitTransaction();

      assertThat(read.get()).contains(new Champion(2, null, false));
    }
  }

  @Test
  void valueOfAnotherForm_isPassedOver() throws Exception {
    BROKER.send("millrace.models", model, "no JSON");

    assertThat(BROKER.records("millrace.models"))
        .extracting(record -> new String(record.value(), StandardCharsets.UTF_8))
        .contains("no JSON");
    assertThat(champion()).contains(new Champion(1, null, false));
  }
}
