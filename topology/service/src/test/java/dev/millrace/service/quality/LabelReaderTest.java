package dev.millrace.service.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.events.WireFormat;
import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.serve.EventFormats;
import dev.millrace.service.serve.OutputFormat;
import dev.millrace.testing.SchemaRegistryStub;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("broker")
@Timeout(120)
class LabelReaderTest {

  private static final String TOPIC = "registered-labels";
  private static final byte[] CAT = "cat".getBytes(StandardCharsets.UTF_8);

  /** More requests than the client sends until it gives up to read a schema. */
  private static final int ONE_READ = 10;

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  private static void send(List<ProducerRecord<String, byte[]>> labels) throws Exception {
    try (Producer<String, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", BROKER.bootstrapServers()),
            new StringSerializer(),
            new ByteArraySerializer())) {
      for (ProducerRecord<String, byte[]> label : labels) {
        producer.send(label).get();
      }
    }
  }

  /** Labels are not lost while the registry does not answer. */
  @Test
  void labelsWithASchema_areRead_whenTheRegistryAnswersAgain() throws Exception {
    BROKER.createTopic(TOPIC, 1, Map.of());
    try (SchemaRegistryStub registry = new SchemaRegistryStub()) {
      int text = registry.register(TOPIC + "-value", "AVRO", "\"string\"");
      byte[] avro =
          WireFormat.frame(text, 1 + CAT.length).put((byte) (2 * CAT.length)).put(CAT).array();
      send(
          List.of(
              new ProducerRecord<>(TOPIC, "plain", CAT),
              new ProducerRecord<>(TOPIC, "avro", avro),
              new ProducerRecord<>(TOPIC, "behind", CAT)));
      registry.refuse(503);
      EventFormats formats =
          new EventFormats(Map.of("schema.registry.url", registry.url()), OutputFormat.JSON);

      try (LabelReader labels =
          LabelReader.open(
              Map.of("bootstrap.servers", BROKER.bootstrapServers()),
              TOPIC,
              formats.labels(),
              new SimpleMeterRegistry())) {
        await().untilAsserted(() -> assertThat(registry.requests()).hasSizeGreaterThan(ONE_READ));
        assertThat(labels.label("plain")).contains("cat");
        assertThat(labels.label("avro")).isEmpty();

        registry.refuse(0);

        await().until(() -> labels.label("behind").isPresent());
        assertThat(labels.label("avro")).contains("cat");
      }
    }
  }
}
