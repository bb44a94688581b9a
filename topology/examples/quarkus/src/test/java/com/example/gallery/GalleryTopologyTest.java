package com.example.gallery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.events.Prediction;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.Color;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the topology with the real models, without Quarkus and without a broker. */
class GalleryTopologyTest {

  private final Inferences inferences = Inferences.of(Path.of("models"), new SimpleMeterRegistry());
  private TopologyTestDriver driver;
  private TestInputTopic<String, byte[]> pictures;
  private TestOutputTopic<String, Prediction> colours;
  private TestOutputTopic<String, Prediction> bright;

  @BeforeEach
  void start() {
    Properties properties = new Properties();
    properties.put("application.id", "test");
    properties.put("bootstrap.servers", "nowhere.invalid:9092");
    driver = new TopologyTestDriver(GalleryTopology.of(inferences), properties);
    pictures =
        driver.createInputTopic("pictures", new StringSerializer(), new ByteArraySerializer());
    colours = predictions("picture-colours");
    bright = predictions("bright-pictures");
  }

  private TestOutputTopic<String, Prediction> predictions(String topic) {
    return driver.createOutputTopic(
        topic, new StringDeserializer(), Prediction.serde().deserializer());
  }

  @AfterEach
  void close() {
    driver.close();
    inferences.close();
  }

  @Test
  void picture_isClassifiedByBothModels() {
    pictures.pipeInput("a.png", Pictures.png(new Color(200, 255, 200)));

    assertEquals("green", colours.readValue().label());
    assertEquals("bright", bright.readValue().label());
  }

  @Test
  void darkPicture_isNotABrightOne() {
    pictures.pipeInput("b.png", Pictures.png(new Color(0, 0, 90)));

    assertEquals("blue", colours.readValue().label());
    assertTrue(bright.isEmpty());
  }
}
