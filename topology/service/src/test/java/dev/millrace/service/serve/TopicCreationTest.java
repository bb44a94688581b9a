package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.broker.RunningBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;

@Tag("broker")
@ResourceLock("millrace.models") // the control topic of the shared broker
class TopicCreationTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  @Test
  void missingTopics_areMade_andOthersStayAsTheyAre() throws Exception {
    BROKER.createTopic("out", Map.of("retention.ms", "1234567"));
    Topics topics = new Topics("in", "out", "in.dead-letters");

    TopicCreation.create(BROKER.admin(), topics, 3, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
    TopicCreation.create(BROKER.admin(), topics, 5, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);

    assertThat(partitions("in", "out", "in.dead-letters", "millrace.models"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("in", 3, "out", 2, "in.dead-letters", 3, "millrace.models", 1));
    assertThat(partitions("millrace.models.status")).containsEntry("millrace.models.status", 1);
    assertThat(config("out", "retention.ms")).isEqualTo("1234567");
    assertThat(config("millrace.models", "cleanup.policy")).isEqualTo("compact");
    assertThat(config("in", "cleanup.policy")).isEqualTo("delete");
  }

  /**
   * The producer does not retry, because a retry would hide a partition that does not accept
   * records yet. An idempotent producer could not recover from a refused first batch.
   */
  @Test
  void newTopics_takeRecordsAtOnceInAllPartitions() throws Exception {
    Map<String, Object> once =
        Map.of(
            "bootstrap.servers",
            BROKER.bootstrapServers(),
            "retries",
            0,
            "enable.idempotence",
            false);
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(once, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < 2; i++) {
        Topics topics = new Topics("new-in-" + i, "new-out-" + i, "new-dead-" + i);
        TopicCreation.create(BROKER.admin(), topics, 32, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);

        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int partition = 0; partition < 32; partition++) {
          for (String topic : List.of(topics.input(), topics.output(), topics.deadLetters())) {
            sent.add(producer.send(new ProducerRecord<>(topic, partition, null, new byte[1])));
          }
        }
        for (Future<RecordMetadata> one : sent) {
          assertThat(one.get().offset()).isZero();
        }
      }
    }
  }

  private static Map<String, Integer> partitions(String... topics) throws Exception {
    Map<String, TopicDescription> descriptions =
        BROKER.admin().describeTopics(List.of(topics)).allTopicNames().get();
    return descriptions.values().stream()
        .collect(Collectors.toMap(TopicDescription::name, topic -> topic.partitions().size()));
  }

  private static String config(String topic, String key) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return BROKER
        .admin()
        .describeConfigs(Set.of(resource))
        .values()
        .get(resource)
        .get()
        .get(key)
        .value();
  }
}
