package dev.millrace.service.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
class EmbeddedBrokerTest {

  @TempDir Path folder;

  @Test
  void records_surviveARestart() throws Exception {
    try (EmbeddedBroker broker = start()) {
      try (Admin admin = Admin.create(client(broker))) {
        admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all().get();
      }
      try (Producer<String, String> producer =
          new KafkaProducer<>(client(broker), new StringSerializer(), new StringSerializer())) {
        producer.send(new ProducerRecord<>("t", "key", "value")).get();
      }
    }

    try (EmbeddedBroker broker = start()) {
      try (Admin admin = Admin.create(client(broker))) {
        assertThat(admin.listTopics().names().get()).containsExactly("t");
      }
      assertThat(read(broker))
          .extracting(ConsumerRecord::key, ConsumerRecord::value)
          .containsExactly(tuple("key", "value"));
    }
  }

  @Test
  void secondBrokerOnAFolder_isRefused() {
    try (EmbeddedBroker first = start()) {
      assertThatExceptionOfType(BrokerException.class)
          .isThrownBy(this::start)
          .withMessageContaining("another broker runs on " + folder)
          .withMessageContaining("stop it, or give this one a folder of its own");
      assertThat(first.failure()).isNotDone();
    }
  }

  @Test
  void folderOfOtherFiles_isRefused() throws IOException {
    Files.createFile(folder.resolve("thesis.doc"));

    assertThatExceptionOfType(BrokerException.class)
        .isThrownBy(this::start)
        .withMessageContaining(folder + " holds other files; give the broker an empty");
    assertThat(folder.toFile().list()).containsExactly("thesis.doc");
  }

  @Test
  void portInUse_isRefused_andTheFolderIsFreeAgain() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      BrokerConfig config = new BrokerConfig(folder, other.getLocalPort());
      assertThatExceptionOfType(BrokerException.class)
          .isThrownBy(() -> EmbeddedBroker.start(config).close())
          .withMessageContaining("cannot listen on 127.0.0.1:" + other.getLocalPort())
          .withMessageContaining("give another port, or stop the process that listens there")
          .matches(e -> e.getMessage().lines().count() == 1);
    }

    BrokerFolder.open(folder).close();
  }

  @Test
  void hostOfAnotherMachine_isRefused() {
    BrokerConfig config = new BrokerConfig(folder, "192.0.2.1", 0, Map.of());

    assertThatExceptionOfType(BrokerException.class)
        .isThrownBy(() -> EmbeddedBroker.start(config).close())
        .withMessageContaining("cannot listen on 192.0.2.1:0");
  }

  @Test
  void close_freesThePort_andMayBeRepeated() {
    EmbeddedBroker broker = start();
    int port = port(broker);
    broker.close();

    assertThatCode(broker::close).doesNotThrowAnyException();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () -> {
              try (Socket socket = new Socket()) {
                socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
              }
            });
  }

  private EmbeddedBroker start() {
    return EmbeddedBroker.start(new BrokerConfig(folder, 0));
  }

  private static int port(EmbeddedBroker broker) {
    String address = broker.bootstrapServers();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private static Map<String, Object> client(EmbeddedBroker broker) {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  private static Iterable<ConsumerRecord<String, String>> read(EmbeddedBroker broker) {
    try (Consumer<String, String> consumer =
        new KafkaConsumer<>(client(broker), new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition("t", 0);
      consumer.assign(Set.of(partition));
      consumer.seekToBeginning(Set.of(partition));
      ConsumerRecords<String, String> records = consumer.poll(Duration.ofSeconds(10));
      return records.records(partition);
    }
  }
}
