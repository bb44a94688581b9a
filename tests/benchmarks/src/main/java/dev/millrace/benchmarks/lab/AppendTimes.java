package dev.millrace.benchmarks.lab;

import dev.millrace.benchmarks.contender.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Measures a contender at the two points of the benchmark Crayfish. The first point is the creation
 * of an event, before the event is sent. The second point is the moment at which the broker appends
 * the event's answer to the output topic ({@code LogAppendTime}). Both times are in whole
 * milliseconds. As in Crayfish, the first quarter of the events is not measured.
 */
public final class AppendTimes {

  private static final int UNMEASURED = 4;
  private static final int LEAST_BYTES = 1 << 20;

  private AppendTimes() {}

  /** Creates events for a steady stream. */
  @FunctionalInterface
  public interface Events {

    /**
     * Returns the value of an event's record.
     *
     * @param number number of the event, from 0
     * @param created time of its creation, in ms since 1970
     */
    byte[] create(int number, long created);
  }

  /**
   * Lets a contender answer all events of a topic.
   *
   * @param wanted the contender's settings; this method sets the topics and the group
   * @param feed the events, at least 8
   * @return the answers per second between the first and the last measured answer in the output
   *     topic
   */
  public static Drained drain(Lab lab, ContenderProcess contender, Settings wanted, Feed feed)
      throws IOException, InterruptedException {
    Settings settings = lab.prepare(wanted, feed, TimestampType.LOG_APPEND_TIME);
    try (KafkaConsumer<byte[], byte[]> consumer = lab.outputOf(settings, feed, LEAST_BYTES);
        ContenderProcess.Work working = contender.begin(settings)) {
      Answers answers = new Answers(contender, feed.images(), feed.images() / UNMEASURED);
      answers.await(consumer);
      long[] times = answers.appended().clone();
      Arrays.sort(times);
      int last = times.length - 1;
      int first = times.length / UNMEASURED;
      // Answers of one batch have equal times, so the shortest possible time is not 0.
      double seconds = Math.max(1, times[last] - times[first]) / 1e3;
      return new Drained((last - first) / seconds, answers.cpuMillis(), 0);
    }
  }

  /**
   * Sends events to a contender at a steady rate, and waits for all answers.
   *
   * @param wanted the contender's settings; this method sets the topics and the group
   * @param perSecond events per second
   * @param measured length of the measurement
   */
  public static Latencies pace(
      Lab lab,
      ContenderProcess contender,
      Settings wanted,
      int partitions,
      Events events,
      double perSecond,
      Duration measured)
      throws IOException, InterruptedException {
    int measuredCount = Math.max(3, (int) (perSecond * measured.toMillis() / 1e3));
    int first = measuredCount / (UNMEASURED - 1);
    int count = first + measuredCount;
    Feed feed = lab.empty(partitions, count);
    Settings settings = lab.prepare(wanted, feed, TimestampType.LOG_APPEND_TIME);
    AtomicLongArray created = new AtomicLongArray(count);
    try (KafkaConsumer<byte[], byte[]> consumer = lab.outputOf(settings, feed, 1);
        ContenderProcess.Work working = contender.begin(settings)) {
      working.awaitBegun();
      Thread sender = new Thread(() -> send(lab, feed, events, perSecond, created), "events");
      sender.setDaemon(true);
      sender.start();
      Answers answers = new Answers(contender, count, first);
      answers.await(consumer);
      sender.join();
      long[] appended = answers.appended();
      double[] millis = new double[measuredCount];
      for (int i = 0; i < measuredCount; i++) {
        millis[i] = appended[first + i] - created.get(first + i);
      }
      double seconds = (Arrays.stream(appended).max().orElseThrow() - created.get(0)) / 1e3;
      return new Latencies(millis, answers.cpuMillis(), count / seconds);
    }
  }

  private static void send(
      Lab lab, Feed feed, Events events, double perSecond, AtomicLongArray created) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                lab.bootstrapServers(),
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                Lab.MAX_RECORD_BYTES,
                ProducerConfig.LINGER_MS_CONFIG,
                0),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      long start = System.nanoTime();
      for (int i = 0; i < feed.images(); i++) {
        Pace.awaitDue(start, i, perSecond);
        long now = System.currentTimeMillis();
        created.set(i, now);
        var unused =
            producer.send(
                new ProducerRecord<>(
                    feed.topic(), i % feed.partitions(), Numbers.key(i), events.create(i, now)));
      }
    }
  }
}
