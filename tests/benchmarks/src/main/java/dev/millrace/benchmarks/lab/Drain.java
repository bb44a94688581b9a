package dev.millrace.benchmarks.lab;

import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.process.Child;
import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Measures how fast a contender classifies the images of a topic. */
public final class Drain {

  private static final Duration SILENCE = Duration.ofMinutes(2);
  private static final int LEAST_BYTES = 1 << 20;
  private static final Duration POLL = Duration.ofMillis(50);

  private Drain() {}

  /**
   * Lets a contender classify all images of a topic.
   *
   * @param wanted the contender's settings; this method sets the topics and the group
   * @param unmeasured number of images that must have an answer before the measurement begins. If
   *     one poll returns the last of these answers together with all remaining predictions, the
   *     measurement begins at the start of the run and includes all images
   * @throws dev.millrace.service.bench.BenchmarkException if an image gets no answer, or if an
   *     image gets two answers although the contender guarantees exactly-once processing
   */
  public static Drained run(
      Lab lab, ContenderProcess contender, Settings wanted, Feed feed, int unmeasured)
      throws IOException, InterruptedException {
    Settings settings = lab.prepare(wanted, feed);
    Duration irreducible = contender.irreducibleTime();
    try (KafkaConsumer<byte[], byte[]> consumer = lab.outputOf(settings, feed, LEAST_BYTES);
        ContenderProcess.Work working = contender.begin(settings)) {
      Child child = contender.child();
      BitSet answered = new BitSet(feed.images());
      int images = 0;
      int doubled = 0;
      Mark begin = Mark.of(child, 0, () -> irreducible);
      long heard = System.nanoTime();
      while (images < feed.images()) {
        for (ConsumerRecord<byte[], byte[]> prediction : consumer.poll(POLL)) {
          int number = Numbers.number(prediction.key());
          if (answered.get(number)) {
            doubled++;
          } else {
            answered.set(number);
            images++;
          }
          heard = System.nanoTime();
        }
        if (begin.images < unmeasured && images >= unmeasured && images < feed.images()) {
          begin = Mark.of(child, images, working::irreducibleTime);
        }
        child.requireAlive();
        if (System.nanoTime() - heard > SILENCE.toNanos()) {
          throw child.failed(
              "(" + contender + ") answered " + images + " images, then nothing for two minutes");
        }
      }
      Mark end = Mark.of(child, images, working::irreducibleTime);
      if (settings.exactlyOnce() && doubled > 0) {
        throw child.failed("(" + contender + ") answered " + doubled + " images twice");
      }
      return begin.to(end);
    }
  }

  /**
   * Asks a contender for the processor time that it has spent on decoding images and running the
   * model. The contender replies only after it has reported that its run has begun. This may be
   * long after its first predictions.
   */
  @FunctionalInterface
  private interface IrreducibleTime {
    Duration ask() throws InterruptedException;
  }

  private record Mark(long nanos, Duration cpu, Duration irreducible, int images) {

    static Mark of(Child child, int images, IrreducibleTime irreducible)
        throws InterruptedException {
      long nanos = System.nanoTime();
      Duration cpu = child.cpuTime();
      return new Mark(nanos, cpu, irreducible.ask(), images);
    }

    Drained to(Mark end) {
      int count = end.images - images;
      return new Drained(
          count / ((end.nanos - nanos) / 1e9),
          end.cpu.minus(cpu).toNanos() / 1e6 / count,
          end.irreducible.minus(irreducible).toNanos() / 1e6 / count);
    }
  }
}
