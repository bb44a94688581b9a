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
 * A stream of images from a thread of its own until {@link #stop} or {@link #close}. Each record's
 * key is its own place, {@code PARTITION/OFFSET}.
 */
final class Traffic implements AutoCloseable {

  /** When to send. */
  interface Pace {
    /** Waits until the image of this number, from 0, is due. */
    void await(long number) throws InterruptedException;

    /** So many images a second. */
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
    // Idempotent, and patient enough for any broker that comes back: every record once, in order.
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

  /** Begins to send images, over and over. */
  static Traffic start(
      String bootstrapServers, String topic, int partitions, List<byte[]> images, Pace pace) {
    Traffic traffic = new Traffic(bootstrapServers, topic, partitions, images, pace);
    traffic.thread.start();
    return traffic;
  }

  /** A hundred small images, one of them bad. */
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

  /** Ends it and returns how many images each partition has, once the broker has them all. */
  long[] stop() throws InterruptedException {
    stopped = true;
    thread.join();
    if (failure != null) {
      throw new AssertionError("an image was not taken by the broker", failure);
    }
    return Arrays.copyOf(sent, sent.length);
  }

  /** Ends it at once, whatever the broker has taken by then. */
  @Override
  public void close() {
    stopped = true;
    producer.close(Duration.ZERO);
  }
}
