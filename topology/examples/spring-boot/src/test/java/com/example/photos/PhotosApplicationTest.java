package com.example.photos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlTopic;
import dev.millrace.control.ControlWriter;
import dev.millrace.events.Prediction;
import io.micrometer.core.instrument.MeterRegistry;
import java.awt.Color;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.context.EmbeddedKafka;
import org.springframework.kafka.test.utils.KafkaTestUtils;

/** Runs the whole application against a broker in this JVM. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.kafka.producer.value-serializer="
          + "org.apache.kafka.common.serialization.ByteArraySerializer",
      "logging.level.org.apache.kafka=warn",
      "logging.level.kafka=off", // the broker's log
      "logging.level.state.change.logger=off"
    })
@EmbeddedKafka(
    partitions = 1,
    topics = {
      "photos",
      "photo-labels",
      "photos.dead-letters",
      ControlTopic.NAME,
      ControlTopic.STATUS
    },
    bootstrapServersProperty = "spring.kafka.bootstrap-servers")
@Timeout(120)
class PhotosApplicationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Autowired private EmbeddedKafkaBroker broker;
  @Autowired private KafkaTemplate<String, byte[]> photos;
  @Autowired private MeterRegistry registry;
  @LocalServerPort private int port;
  private Consumer<String, Prediction> labels;

  @BeforeEach
  void subscribe() {
    labels =
        new DefaultKafkaConsumerFactory<>(
                KafkaTestUtils.consumerProps(broker, "test", false),
                new StringDeserializer(),
                Prediction.serde().deserializer())
            .createConsumer();
    broker.consumeFromAnEmbeddedTopic(labels, "photo-labels");
  }

  @AfterEach
  void unsubscribe() {
    labels.close();
  }

  @Test
  void photos_areLabelled_byThePromotedVersion() throws Exception {
    photos.send("photos", "a.png", Photos.png(Color.RED)).get();

    assertThat(label().label()).isEqualTo("red");
    assertThat(get("/actuator/health/readiness"))
        .contains("\"version\":2", "\"state\":\"RUNNING\"");

    promote(1);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(get("/actuator/health")).contains("\"version\":1"));
    photos.send("photos", "b.png", Photos.png(Color.GREEN)).get();

    assertThat(label())
        .satisfies(
            prediction -> {
              assertThat(prediction.label()).isEqualTo("green");
              assertThat(prediction.model().version()).isEqualTo(1);
            });
    assertThat(
            registry
                .get("millrace.inference.request.success")
                .tags("model", "colours", "version", "1")
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(registry.getMeters())
        .anyMatch(meter -> meter.getId().getName().startsWith("kafka.stream.thread"));
  }

  private Prediction label() {
    return KafkaTestUtils.getSingleRecord(labels, "photo-labels", PATIENCE).value();
  }

  /** Promotes a version, as {@code millrace models promote} does. */
  private void promote(int version) {
    Map<String, Object> kafka = Map.of("bootstrap.servers", broker.getBrokersAsString());
    new ControlWriter(kafka, kafka)
        .change("colours", serving -> new Champion(version, null, false));
  }

  private String get(String path) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }
}
