package com.example.gallery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.events.Prediction;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.awt.Color;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs the whole application against a broker in this JVM. */
@QuarkusTest
@QuarkusTestResource(BrokerResource.class)
@Timeout(120)
class GalleryTest {

  @Inject MeterRegistry registry;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String broker;

  @TestHTTPResource("/q/health/ready")
  URI ready;

  @Test
  void picture_isClassifiedByBothModels() throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker),
            new StringSerializer(),
            new ByteArraySerializer())) {
      producer
          .send(new ProducerRecord<>("pictures", "a.png", Pictures.png(new Color(255, 200, 200))))
          .get();
    }

    assertEquals("red", first("picture-colours").label());
    assertEquals("bright", first("bright-pictures").label());
    assertEquals(1, answered("colours"));
    assertEquals(1, answered("brightness"));
    HttpResponse<String> health =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.ofString());
    assertEquals(200, health.statusCode(), health.body());
    assertTrue(health.body().contains("inference colours"), health.body());
    assertTrue(health.body().contains("inference brightness"), health.body());
  }

  private double answered(String inference) {
    return registry
        .get("millrace.inference.request.success")
        .tag("inference", inference)
        .counter()
        .count();
  }

  private Prediction first(String topic) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            broker,
            "group.id",
            "test-" + topic,
            "auto.offset.reset",
            "earliest");
    try (KafkaConsumer<String, Prediction> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), Prediction.serde().deserializer())) {
      consumer.subscribe(List.of(topic));
      while (true) {
        Iterator<ConsumerRecord<String, Prediction>> records =
            consumer.poll(Duration.ofSeconds(1)).iterator();
        if (records.hasNext()) {
          return records.next().value();
        }
      }
    }
  }
}
