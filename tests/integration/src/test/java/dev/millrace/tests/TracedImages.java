package dev.millrace.tests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends images, each in its own trace, and reads the traces of their predictions. */
public final class TracedImages {

  private static final String TRACEPARENT = "traceparent";

  private TracedImages() {}

  /**
   * Sends images, each in its own trace.
   *
   * @return the headers {@code traceparent} by the keys
   */
  public static Map<String, String> send(String bootstrapServers, String topic, int images) {
    Random random = new Random(5);
    byte[] image = Images.noise("png", 32, 32, 1);
    Map<String, String> parents = new HashMap<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < images; i++) {
        String parent = "00-" + hex(random, 16) + "-" + hex(random, 8) + "-01";
        parents.put("image-" + i, parent);
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(topic, ("image-" + i).getBytes(UTF_8), image);
        record.headers().add(TRACEPARENT, parent.getBytes(US_ASCII));
        var unused = producer.send(record);
      }
    }
    return parents;
  }

  private static String hex(Random random, int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  /**
   * Reads predictions, until there are as many keys as images.
   *
   * @return the headers {@code traceparent} by the keys
   */
  public static Map<String, String> predicted(
      String bootstrapServers, String topic, int images, Duration patience) {
    Map<String, String> parents = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "group.id",
                topic,
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topic));
      await()
          .atMost(patience)
          .until(
              () -> {
                for (ConsumerRecord<byte[], byte[]> record :
                    consumer.poll(Duration.ofMillis(100))) {
                  parents.put(
                      new String(record.key(), UTF_8),
                      new String(record.headers().lastHeader(TRACEPARENT).value(), US_ASCII));
                }
                return parents.size() >= images;
              });
    }
    return parents;
  }

  /** Returns the trace's id, which is between the version and the id of the span. */
  public static String trace(String traceparent) {
    return traceparent.split("-", -1)[1];
  }
}
