package dev.millrace.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.ContainerEngine;
import dev.millrace.testing.MillraceImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.Network;
import org.testcontainers.kafka.KafkaContainer;

/** Serves the model of an example with the real image and a broker. */
@Tag("docker")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MillraceContainerTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Path MODEL =
      ContainerEngine.ROOT.resolve("topology/examples/plain-java/models/colours");

  @Test
  void container_servesTheModel() throws Exception {
    MillraceImage.SERVICE.require();
    String image = MillraceImage.SERVICE.imageName();
    Path model = MODEL;
    try (Network network = Network.newNetwork();
        KafkaContainer kafka = new KafkaContainer("apache/kafka:4.3.1").withNetwork(network);
        MillraceContainer millrace =
            new MillraceContainer(image).withModel(model).withKafka(kafka).withOptions("--top=1")) {
      millrace.start();

      send(kafka, "images", "a.png", picture(Color.RED));
      ConsumerRecord<String, String> prediction = next(kafka, "predictions");

      assertThat(prediction.key()).isEqualTo("a.png");
      assertThat(prediction.value()).contains("\"label\":\"red\"");
      assertThat(get(millrace.getHttpUrl() + "/v2/models/colours")).contains("\"colours\"");
    }
  }

  /** {@code start} fails as soon as the service has ended, long before its time limit of 150 s. */
  @Test
  void serviceThatCannotStart_saysWhy() {
    MillraceImage.SERVICE.require();
    try (MillraceContainer millrace =
        new MillraceContainer(MillraceImage.SERVICE.imageName())
            .withModel(MODEL)
            .withBootstrapServers("localhost:1")
            .withOptions("--no-such-option")) {

      assertThatThrownBy(millrace::start)
          .isInstanceOf(ContainerLaunchException.class)
          .hasStackTraceContaining("the service has ended: ")
          .hasStackTraceContaining("--no-such-option");
    }
  }

  private static void send(KafkaContainer kafka, String topic, String key, byte[] value)
      throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", kafka.getBootstrapServers());
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get();
    }
  }

  private static ConsumerRecord<String, String> next(KafkaContainer kafka, String topic) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", kafka.getBootstrapServers(),
            "group.id", "test",
            "auto.offset.reset", "earliest");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      ConsumerRecords<String, String> records = consumer.poll(PATIENCE);
      assertThat(records.count()).as("records in %s", topic).isEqualTo(1);
      return records.iterator().next();
    }
  }

  private static byte[] picture(Color color) throws IOException {
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(0, 0, 64, 64);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  private static String get(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
