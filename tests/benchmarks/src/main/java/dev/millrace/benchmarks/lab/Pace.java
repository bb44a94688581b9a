package dev.millrace.benchmarks.lab;

import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.process.Child;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Measures the latency of images that arrive at a steady rate. The rate does not depend on how fast
 * the contender answers. If a contender stalls, further images still arrive, and the time for which
 * they wait is part of their latency.
 */
public final class Pace {

  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private Pace() {}

  /**
   * Sends images to a contender at a steady rate, and waits for all predictions.
   *
   * @param wanted the contender's settings; this method sets the topics and the group
   * @param perSecond images per second
   * @param unmeasured length of the period before the measurement, in which images arrive but are
   *     not measured
   * @param measured length of the measurement
   */
  public static Latencies run(
      Lab lab,
      ContenderProcess contender,
      Settings wanted,
      int partitions,
      List<byte[]> pictures,
      double perSecond,
      Duration unmeasured,
      Duration measured)
      throws IOException, InterruptedException {
    int images = (int) (perSecond * unmeasured.plus(measured).toMillis() / 1e3);
    int first = (int) (perSecond * unmeasured.toMillis() / 1e3);
    Feed feed = lab.empty(partitions, images);
    Settings settings = lab.prepare(wanted, feed);
    AtomicLongArray sent = new AtomicLongArray(images);
    double[] millis = new double[images];
    try (KafkaConsumer<byte[], byte[]> consumer = lab.outputOf(settings, feed, 1);
        ContenderProcess.Work working = contender.begin(settings)) {
      working.awaitBegun();
      Child child = contender.child();
      Thread sender = new Thread(() -> send(lab, feed, pictures, perSecond, sent), "pace");
      sender.setDaemon(true);
      sender.start();
      Duration cpu = Duration.ZERO;
      int answered = 0;
      long heard = System.nanoTime();
      while (answered < images) {
        for (ConsumerRecord<byte[], byte[]> prediction : consumer.poll(POLL)) {
          int number = Numbers.number(prediction.key());
          heard = System.nanoTime();
          millis[number] = (heard - sent.get(number)) / 1e6;
          if (answered++ == first) {
            cpu = child.cpuTime();
          }
        }
        child.requireAlive();
        if (System.nanoTime() - heard > SILENCE.toNanos()) {
          throw child.failed(
              "(" + contender + ") answered " + answered + " images, then nothing for a minute");
        }
      }
      sender.join();
      return new Latencies(
          Arrays.copyOfRange(millis, first, images),
          child.cpuTime().minus(cpu).toNanos() / 1e6 / (images - first),
          images * 1e9 / (heard - sent.get(0)));
    }
  }

  /**
   * Waits until a record is due, and returns the time at which it was due, in ns of {@link
   * System#nanoTime}.
   *
   * @param start the time at which the first record is due
   * @param number the record's number, from 0
   * @param perSecond number of records per second
   */
  static long awaitDue(long start, int number, double perSecond) {
    long due = start + (long) (number * 1e9 / perSecond);
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    return due;
  }

  private static void send(
      Lab lab, Feed feed, List<byte[]> pictures, double perSecond, AtomicLongArray sent) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                lab.bootstrapServers(),
                ProducerConfig.LINGER_MS_CONFIG,
                0),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      long start = System.nanoTime();
      for (int i = 0; i < feed.images(); i++) {
        long due = awaitDue(start, i, perSecond);
        // If an image is sent late, its latency still begins at the moment at which it was due.
        sent.set(i, due);
        var unused =
            producer.send(
                new ProducerRecord<>(
                    feed.topic(),
                    i % feed.partitions(),
                    Numbers.key(i),
                    pictures.get(i % pictures.size())));
      }
    }
  }

  /**
   * Returns the number of cores that a contender uses while no images arrive: its processor time
   * divided by the wall-clock time.
   */
  public static double idleCores(
      Lab lab, ContenderProcess contender, Settings wanted, int partitions, Duration measured)
      throws IOException, InterruptedException {
    Settings settings = lab.prepare(wanted, lab.empty(partitions, 0));
    try (ContenderProcess.Work working = contender.begin(settings)) {
      working.awaitBegun();
      Child child = contender.child();
      TimeUnit.NANOSECONDS.sleep(measured.toNanos()); // let the contender settle
      Duration before = child.cpuTime();
      TimeUnit.NANOSECONDS.sleep(measured.toNanos());
      return (double) child.cpuTime().minus(before).toNanos() / measured.toNanos();
    }
  }
}
