package dev.millrace.tests.crash;

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
 * A steady stream of images, one of a hundred of them bad, from a thread of its own until {@link
 * #stop} or {@link #close}. Each record's key is its own place, {@code PARTITION/OFFSET}.
 */
final class Traffic implements AutoCloseable {

  private static final byte[] BAD = {1, 2, 3};
  private static final int BAD_OF = 100;

  private final List<byte[]> images =
      Stream.concat(
              IntStream.range(0, BAD_OF - 1).mapToObj(seed -> Images.noise("png", 32, 32, seed)),
              Stream.of(BAD))
          .toList();
  private final KafkaProducer<String, byte[]> producer;
  private final String topic;
  private final double rate;
  private final long[] sent;
  private final Thread thread = new Thread(this::send, "traffic");
  private volatile boolean stopped;
  private volatile Exception failure;

  private Traffic(String bootstrapServers, String topic, int partitions, double rate) {
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
    this.rate = rate;
    this.sent = new long[partitions];
  }

  /**
   * Begins to send.
   *
   * @param rate images a second
   */
  static Traffic start(String bootstrapServers, String topic, int partitions, double rate) {
    Traffic traffic = new Traffic(bootstrapServers, topic, partitions, rate);
    traffic.thread.start();
    return traffic;
  }

  private void send() {
    long start = System.nanoTime();
    try {
      for (long i = 0; !stopped; i++) {
        long due = start + (long) (i * 1e9 / rate);
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
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
