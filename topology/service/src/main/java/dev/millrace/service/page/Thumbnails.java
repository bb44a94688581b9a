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
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes thumbnails. Reads the record of an image from its topic again, because predictions do not
 * contain images. Decodes the image with the service's decoder and limits. Thread-safe.
 */
final class Thumbnails implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Thumbnails.class);

  /** Width and height of a thumbnail, in pixels. */
  static final int SIZE = 96;

  private static final Preprocessing SMALL =
      new Preprocessing(SIZE, SIZE, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);

  private static final Thumbnail GONE = Thumbnail.missing("deleted from its topic");
  private static final Thumbnail ELSEWHERE = Thumbnail.missing("stored elsewhere");
  private static final Thumbnail UNREADABLE = Thumbnail.missing("not readable");

  private static final long PATIENCE_NANOS = 2_000_000_000L;

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Deserializer<ImageEvent> images;
  private final OpenCvImageDecoder decoder;
  private final Map<Prediction.Source, Thumbnail> made =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Prediction.Source, Thumbnail> eldest) {
          return size() > 2 * RecentPredictions.CARDS;
        }
      };
  private Consumer<byte[], byte[]> consumer;
  private boolean closed;

  /**
   * Creates the object. Opens no consumer before the first thumbnail.
   *
   * @param consumers opens a consumer without a group
   * @param images reads the records of the input topics
   * @param limits the limits for each image
   */
  Thumbnails(
      Supplier<Consumer<byte[], byte[]>> consumers,
      Deserializer<ImageEvent> images,
      ImageLimits limits) {
    this.consumers = consumers;
    this.images = images;
    this.decoder = new OpenCvImageDecoder(limits);
  }

  /**
   * Makes a thumbnail.
   *
   * @param source the image's record
   * @return the thumbnail, or why there is none. A temporary reason, for example that no broker or
   *     no schema registry answers, is valid only for this call
   */
  synchronized Thumbnail make(Prediction.Source source) {
    if (closed) {
      return GONE;
    }
    Thumbnail known = made.get(source);
    if (known != null) {
      return known;
    }
    try {
      Thumbnail thumbnail = record(source).map(this::of).orElse(GONE);
      made.put(source, thumbnail);
      return thumbnail;
    } catch (RuntimeException e) { // of Kafka's client, or of the deserializer
      log.debug("no thumbnail of {}", source, e);
      return Thumbnail.missing("not available now");
    }
  }

  private Optional<ConsumerRecord<byte[], byte[]>> record(Prediction.Source source) {
    if (consumer == null) {
      consumer = consumers.get();
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
      if (consumer.beginningOffsets(List.of(partition)).get(partition) <= source.offset()) {
        throw new TimeoutException("no broker sent the record in time");
      }
      return Optional.empty();
    } finally {
      consumer.assign(List.of()); // or the consumer would read on
    }
  }

  private Thumbnail of(ConsumerRecord<byte[], byte[]> record) {
    ImageEvent event = images.deserialize(record.topic(), record.headers(), record.value());
    if (event instanceof ImageEvent.Referenced) {
      return ELSEWHERE;
    }
    if (!(event instanceof ImageEvent.Encoded image)) {
      return UNREADABLE;
    }
    try {
      ByteBuffer pixels = ByteBuffer.allocateDirect(SMALL.bytes());
      decoder.decode(image.bytes(), SMALL, pixels);
      byte[] rgb = new byte[SMALL.bytes()];
      pixels.get(0, rgb);
      return Thumbnail.of(Png.write(SIZE, SIZE, rgb));
    } catch (BadImageException e) {
      return UNREADABLE;
    }
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
