package dev.millrace.tests.reliability;

import dev.millrace.tests.Images;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends images on its own thread, until {@link #stop} or {@link #close}. The key of each record
 * names the record's partition and offset, as {@code PARTITION/OFFSET}.
 */
final class Traffic implements AutoCloseable {

  /** Decides when each image is sent. */
  interface Pace {
    /**
     * Waits until an image is due.
     *
     * @param number number of the image, from 0
     */
    void await(long number) throws InterruptedException;

    /** Returns a pace of this many images per second. */
    static Pace steady(double rate) {
      long start = System.nanoTime();
      return number -> {
        long due = start + (long) (number * 1e9 / rate);
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      };
    }
  }

  private static final byte[] BAD = {1, 2, 3};
  private static final int SMALL = 99;

  private final List<byte[]> images;
  private final KafkaProducer<String, byte[]> producer;
  private final String topic;
  private final Pace pace;
  private final long[] sent;
  private final Thread thread = new Thread(this::send, "traffic");
  private volatile boolean stopped;
  private volatile Exception failure;

  private Traffic(
      String bootstrapServers, String topic, int partitions, List<byte[]> images, Pace pace) {
    // The producer is idempotent, and its timeouts are longer than any outage of the broker in the
    // tests. So every record arrives exactly once and in order.
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "delivery.timeout.ms",
                600_000,
                "max.block.ms",
                600_000,
                "linger.ms",
                5),
            new StringSerializer(),
            new ByteArraySerializer());
    this.topic = topic;
    this.images = images;
    this.pace = pace;
    this.sent = new long[partitions];
  }

  /** Begins to send the images in turn. After the last image, it begins again with the first. */
  static Traffic start(
      String bootstrapServers, String topic, int partitions, List<byte[]> images, Pace pace) {
    Traffic traffic = new Traffic(bootstrapServers, topic, partitions, images, pace);
    traffic.thread.start();
    return traffic;
  }

  /** Returns a hundred small images. One of them cannot be decoded. */
  static List<byte[]> smallImages() {
    return Stream.concat(
            IntStream.range(0, SMALL).mapToObj(seed -> Images.noise("png", 32, 32, seed)),
            Stream.of(BAD))
        .toList();
  }

  private void send() {
    try {
      for (long i = 0; !stopped; i++) {
        pace.await(i);
        int partition = (int) (i % sent.length);
        String key = partition + "/" + sent[partition]++;
        var unused =
            producer.send(
                new ProducerRecord<>(topic, partition, key, images.get((int) (i % images.size()))),
                (metadata, refused) -> failure = refused == null ? failure : refused);
      }
      producer.flush();
    } catch (Exception e) {
      failure = e;
    }
  }

  /**
   * Stops sending, waits until the broker has all images, and returns the number of images in each
   * partition.
   */
  long[] stop() throws InterruptedException {
    stopped = true;
    thread.join();
    if (failure != null) {
      throw new AssertionError("the broker did not accept an image", failure);
    }
    return Arrays.copyOf(sent, sent.length);
  }

  /** Stops sending immediately, and does not wait until the broker has all images. */
  @Override
  public void close() {
    stopped = true;
    producer.close(Duration.ZERO);
  }
}
