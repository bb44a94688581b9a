package dev.millrace.tests.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import dev.millrace.registry.PredictionSchema;
import dev.millrace.registry.SchemaRegistry;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.testing.SchemaRegistryStub;
import dev.millrace.tests.SharedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests the recipe for PostgreSQL with predictions whose schema is in a registry. At first, the
 * registry cannot be reached. A real worker must lose no prediction, although it is configured to
 * tolerate errors. Runs only with the profile {@code nightly}, in the group {@code connect}.
 */
@Tag("nightly")
@Tag("connect")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class RegistrySinkSuite {

  private static final int COUNT = 100;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  private static Prediction prediction(String topic, int number) {
    return new Prediction(
        "cats/" + number + ".jpg",
        new Prediction.Model("resnet20", 3, "0".repeat(64)),
        "cat",
        0.75f,
        List.of(new Prediction.Top(1, "cat", 0.75f), new Prediction.Top(0, "dog", 0.25f)),
        Probabilities.of(0.25f, 0.75f),
        new Prediction.Source(topic, 0, number));
  }

  @ParameterizedTest
  @EnumSource
  void predictionsByTheirSchema_becomeRows_onceTheRegistryIsBack(
      PredictionSchema schema, EmbeddedBroker broker) throws Exception {
    String topic = "by-schema-" + schema.name().toLowerCase(Locale.ROOT);
    try (Postgres postgres = Postgres.start(folder);
        SchemaRegistryStub registry = new SchemaRegistryStub()) {
      send(broker, registry, schema, topic);
      registry.refuse(503);

      Map<String, String> sink = Recipe.of("io.debezium.connector.jdbc.JdbcSinkConnector");
      sink.put("name", topic);
      sink.put("topics", topic);
      sink.put("connection.url", postgres.url());
      sink.put("connection.username", postgres.user());
      sink.put("value.converter.schema.registry.url", registry.url());
      sink.put("errors.tolerance", "all");
      sink.put("errors.retry.timeout", "-1");
      sink.put("errors.retry.delay.max.ms", "500");
      try (ConnectWorker worker =
          ConnectWorker.standalone(folder, broker.bootstrapServers(), sink)) {
        long before = registry.requests().size();
        await().atMost(PATIENCE).until(() -> registry.requests().size() > before + 3);
        assertThat(postgres.query("select id from predictions")).isEmpty();
        registry.refuse(0);

        await()
            .dontCatchUncaughtExceptions()
            .atMost(PATIENCE)
            .until(
                () -> postgres.query("select count(*) from predictions"),
                List.of(Integer.toString(COUNT))::equals);
        assertThat(postgres.query("select id, label, label_2, source_offset from predictions"))
            .containsExactlyInAnyOrderElementsOf(
                IntStream.range(0, COUNT)
                    .mapToObj(i -> "cats/%1$d.jpg\tcat\tdog\t%1$d".formatted(i))
                    .toList());
        worker.stop();
      }
    }
  }

  private static void send(
      EmbeddedBroker broker, SchemaRegistryStub registry, PredictionSchema schema, String topic)
      throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get();
    }
    SchemaRegistry schemas = SchemaRegistry.of(Map.of("schema.registry.url", registry.url()));
    try (KafkaProducer<String, Prediction> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            schemas.predictions(schema).serializer())) {
      for (int i = 0; i < COUNT; i++) {
        Prediction prediction = prediction(topic, i);
        producer.send(new ProducerRecord<>(topic, prediction.id(), prediction)).get();
      }
    }
  }
}
