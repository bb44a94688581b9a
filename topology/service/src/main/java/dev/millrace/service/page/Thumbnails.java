package dev.millrace.service.page;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Makes thumbnails. Reads an image's record again from its topic, because predictions do not hold
 * their images, and decodes it with the service's decoder and limits. Thread-safe.
 */
final class Thumbnails implements AutoCloseable {

  /** Width and height of a thumbnail, in pixels. */
  static final int SIZE = 96;

  private static final Preprocessing SMALL =
      new Preprocessing(SIZE, SIZE, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);

  private static final long PATIENCE_NANOS = 2_000_000_000L;

  private final Map<String, Object> kafka;
  private final Deserializer<ImageEvent> images;
  private final OpenCvImageDecoder decoder;
  private final Map<Prediction.Source, Optional<byte[]>> made =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Prediction.Source, Optional<byte[]>> eldest) {
          return size() > 2 * RecentPredictions.CARDS;
        }
      };
  private Consumer<byte[], byte[]> consumer;
  private boolean closed;

  /**
   * Opens no consumer before the first thumbnail.
   *
   * @param kafka configuration of a consumer
   * @param images reads the records of the input topics
   * @param limits the limits for each image
   */
  Thumbnails(Map<String, Object> kafka, Deserializer<ImageEvent> images, ImageLimits limits) {
    this.kafka = kafka;
    this.images = images;
    this.decoder = new OpenCvImageDecoder(limits);
  }

  /**
   * Makes a thumbnail.
   *
   * @param source the image's record
   * @return a PNG file; empty if the record is gone, the image is stored elsewhere, or this object
   *     is closed
   * @throws org.apache.kafka.common.KafkaException if no broker answers
   */
  synchronized Optional<byte[]> png(Prediction.Source source) {
    if (closed) {
      return Optional.empty();
    }
    Optional<byte[]> known = made.get(source);
    if (known == null) {
      known = record(source).flatMap(this::png);
      made.put(source, known);
    }
    return known;
  }

  private Optional<ConsumerRecord<byte[], byte[]>> record(Prediction.Source source) {
    if (consumer == null) {
      consumer = new KafkaConsumer<>(TopicTail.config(kafka));
    }
    TopicPartition partition = new TopicPartition(source.topic(), source.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, source.offset());
    long end = System.nanoTime() + PATIENCE_NANOS;
    try {
      while (System.nanoTime() < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          return Optional.of(record).filter(found -> found.offset() == source.offset());
        }
      }
      return Optional.empty();
    } finally {
      consumer.assign(List.of()); // or the consumer would read on
    }
  }

  private Optional<byte[]> png(ConsumerRecord<byte[], byte[]> record) {
    if (images.deserialize(record.topic(), record.headers(), record.value())
        instanceof ImageEvent.Encoded image) {
      try {
        ByteBuffer pixels = ByteBuffer.allocateDirect(SMALL.bytes());
        decoder.decode(image.bytes(), SMALL, pixels);
        byte[] rgb = new byte[SMALL.bytes()];
        pixels.get(0, rgb);
        return Optional.of(Png.write(SIZE, SIZE, rgb));
      } catch (BadImageException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (consumer != null) {
      consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
    }
    decoder.close();
  }
}
