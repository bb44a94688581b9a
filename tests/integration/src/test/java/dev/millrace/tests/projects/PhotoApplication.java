package dev.millrace.tests.projects;

import dev.millrace.events.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A Spring Boot application that classifies the images of a topic. Its jar runs in a separate
 * process. Closing this object ends the process. Not thread-safe.
 */
final class PhotoApplication implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 120;

  private final Process process;
  private final Path output;
  private final String topic;
  private final Map<String, Object> kafka;

  private PhotoApplication(Process process, Path output, String topic, Map<String, Object> kafka) {
    this.process = process;
    this.output = output;
    this.topic = topic;
    this.kafka = kafka;
  }

  /**
   * Creates the topics, and starts the application.
   *
   * @param topic the topic of the images; the predictions go to {@code <topic>-labels}
   * @param folder the application's working directory, which holds the folder {@code models}
   */
  static PhotoApplication start(Path jar, String topic, String servers, Path folder)
      throws Exception {
    Map<String, Object> kafka = Map.of("bootstrap.servers", servers);
    try (Admin admin = Admin.create(kafka)) {
      admin
          .createTopics(
              Stream.of(topic, topic + "-labels")
                  .map(name -> new NewTopic(name, 1, (short) 1))
                  .toList())
          .all()
          .get();
    }
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-jar",
                jar.toString(),
                "--spring.kafka.bootstrap-servers=" + servers,
                "--spring.kafka.streams.application-id=" + topic,
                "--spring.kafka.streams.properties[auto.offset.reset]=earliest")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new PhotoApplication(process, output, topic, kafka);
  }

  /** Sends an image, and waits for the first prediction. */
  Prediction classify(byte[] image) throws Exception {
    try (KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(kafka, new StringSerializer(), new ByteArraySerializer());
        KafkaConsumer<String, Prediction> consumer =
            new KafkaConsumer<>(
                Map.of(
                    "bootstrap.servers",
                    kafka.get("bootstrap.servers"),
                    "group.id",
                    topic + "-test",
                    "auto.offset.reset",
                    "earliest"),
                new StringDeserializer(),
                Prediction.serde().deserializer())) {
      producer.send(new ProducerRecord<>(topic, "a", image)).get();
      consumer.subscribe(List.of(topic + "-labels"));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (process.isAlive() && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, Prediction> record : consumer.poll(Duration.ofSeconds(1))) {
          return record.value();
        }
      }
    }
    throw new AssertionError("no prediction:\n" + Files.readString(output));
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.destroy();
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    if (!ended) {
      throw new AssertionError("the application did not end:\n" + Files.readString(output));
    }
  }
}
