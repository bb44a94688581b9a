package com.example.parcels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.Color;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs the whole application against a broker in this JVM. */
@Timeout(120)
class ParcelAppTest {

  private KafkaClusterTestKit broker;

  @BeforeEach
  void startBroker() throws Exception {
    broker =
        new KafkaClusterTestKit.Builder(
                new TestKitNodes.Builder()
                    .setCombined(true)
                    .setNumControllerNodes(1)
                    .setNumBrokerNodes(1)
                    .build())
            .setConfigProp("offsets.topic.replication.factor", "1")
            .setConfigProp("transaction.state.log.replication.factor", "1")
            .setConfigProp("transaction.state.log.min.isr", "1")
            .build();
    broker.format();
    broker.startup();
    broker.waitForReadyBrokers();
    try (Admin admin = Admin.create(clients())) {
      admin
          .createTopics(
              Stream.of("parcels", "sorted-parcels", "parcels.dead-letters")
                  .map(name -> new NewTopic(name, 2, (short) 1))
                  .toList())
          .all()
          .get();
    }
  }

  @AfterEach
  void stopBroker() throws Exception {
    broker.close();
  }

  @Test
  void parcels_areSorted() throws Exception {
    try (ParcelApp app = new ParcelApp(broker.bootstrapServers(), Path.of("models"));
        KafkaProducer<String, Parcel> producer =
            new KafkaProducer<>(
                clients(),
                new StringSerializer(),
                ProtobufSerde.of(Parcel.parser()).serializer())) {
      producer.send(new ProducerRecord<>("parcels", "a", Photos.parcel(Color.GREEN))).get();

      SortedParcel parcel = read("sorted-parcels", 1).get(0);
      assertEquals("green", parcel.getColour());
      assertEquals("Ghent", parcel.getDepot());
    }
  }

  private List<SortedParcel> read(String topic, int count) {
    List<SortedParcel> values = new ArrayList<>();
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", broker.bootstrapServers(),
            "group.id", "test",
            "auto.offset.reset", "earliest",
            "isolation.level", "read_committed");
    try (KafkaConsumer<String, SortedParcel> consumer =
        new KafkaConsumer<>(
            config,
            new StringDeserializer(),
            ProtobufSerde.of(SortedParcel.parser()).deserializer())) {
      consumer.subscribe(List.of(topic));
      while (values.size() < count) {
        consumer.poll(Duration.ofSeconds(1)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }

  private Map<String, Object> clients() {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }
}
