package com.example.photos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.DeadLetterBadImages;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.Inference;
import dev.millrace.streams.InferenceConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.Color;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the topology with the real model, without Spring and without a broker. */
class PhotoTopologyTest {

  private final Inference<String, ImageEvent, Prediction> inference =
      ImageInference.<String>builder(InferenceConfig.of(Path.of("models"), "colours"))
          .registry(new SimpleMeterRegistry())
          .build();
  private TopologyTestDriver driver;
  private TestInputTopic<String, byte[]> photos;
  private TestOutputTopic<String, Prediction> labels;
  private TestOutputTopic<String, byte[]> deadLetters;

  @BeforeEach
  void start() {
    StreamsBuilder builder = new StreamsBuilder();
    new PhotoTopology().describe(builder, inference);
    Properties properties = new Properties();
    properties.put("application.id", "test");
    properties.put("bootstrap.servers", "nowhere.invalid:9092");
    properties.put("processing.exception.handler", DeadLetterBadImages.class);
    properties.put("errors.dead.letter.queue.topic.name", "photos.dead-letters");
    driver = new TopologyTestDriver(builder.build(), properties);
    photos = driver.createInputTopic("photos", new StringSerializer(), new ByteArraySerializer());
    labels =
        driver.createOutputTopic(
            "photo-labels", new StringDeserializer(), Prediction.serde().deserializer());
    deadLetters =
        driver.createOutputTopic(
            "photos.dead-letters", new StringDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void close() {
    driver.close();
    inference.close();
  }

  @Test
  void photo_isLabelled() {
    photos.pipeInput("a.png", Photos.png(Color.BLUE));

    assertThat(labels.readKeyValue())
        .satisfies(
            label -> {
              assertThat(label.key).isEqualTo("a.png");
              assertThat(label.value.label()).isEqualTo("blue");
            });
  }

  @Test
  void photoOfNoClearColour_isDropped() {
    photos.pipeInput("grey.png", Photos.png(Color.GRAY));

    assertThat(labels.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void fileThatIsNoImage_isDeadLettered() {
    byte[] text = "hello".getBytes(StandardCharsets.UTF_8);

    photos.pipeInput("b.txt", text);

    assertThat(deadLetters.readValue()).isEqualTo(text);
    assertThat(labels.isEmpty()).isTrue();
  }
}
