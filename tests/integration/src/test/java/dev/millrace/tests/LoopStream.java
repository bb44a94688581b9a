package dev.millrace.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.service.demo.DemoImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends images and labels to topics that a trainer reads. */
final class LoopStream implements AutoCloseable {

  static final String IMAGES = "loop.images";
  static final String LABELS = "loop.labels";

  private final KafkaProducer<String, byte[]> producer;

  /** Creates the topics, with one partition each. */
  LoopStream(String bootstrapServers) throws Exception {
    Map<String, Object> kafka = Map.of("bootstrap.servers", bootstrapServers);
    try (Admin admin = Admin.create(kafka)) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(IMAGES, Optional.of(1), Optional.empty()),
                  new NewTopic(LABELS, Optional.of(1), Optional.empty())))
          .all()
          .get();
    }
    producer = new KafkaProducer<>(kafka, new StringSerializer(), new ByteArraySerializer());
  }

  /**
   * Sends images and their labels. The function {@code label} may replace a true label by a wrong
   * one.
   */
  void send(List<DemoImage> images, UnaryOperator<String> label) {
    images.forEach(image -> send(IMAGES, image.key(), image.encoded()));
    label(images, label);
  }

  /** Sends only labels, which replace the earlier labels of these images. */
  void label(List<DemoImage> images, UnaryOperator<String> label) {
    images.forEach(image -> send(LABELS, image.key(), label.apply(image.label()).getBytes(UTF_8)));
    producer.flush();
  }

  /** Withdraws the labels of images. */
  void withdraw(List<DemoImage> images) {
    images.forEach(image -> send(LABELS, image.key(), null));
    producer.flush();
  }

  private void send(String topic, String key, byte[] value) {
    var unused = producer.send(new ProducerRecord<>(topic, key, value));
  }

  @Override
  public void close() {
    producer.close();
  }
}
