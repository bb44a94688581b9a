package dev.millrace.benchmarks.lab;

import dev.millrace.benchmarks.process.Child;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Collects a contender's answers to numbered events, with the timestamps of their records. */
final class Answers {

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration SILENCE = Duration.ofMinutes(2);

  private final ContenderProcess contender;
  private final int unmeasured;
  private final long[] appended;
  private int answered;
  private int unmeasuredAnswers;
  private Duration cpu = Duration.ZERO;

  /**
   * Creates an object for the answers to {@code events} events.
   *
   * @param unmeasured number of events that must have an answer before the measurement of the
   *     processor time begins
   */
  Answers(ContenderProcess contender, int events, int unmeasured) {
    this.contender = contender;
    this.unmeasured = unmeasured;
    this.appended = new long[events];
  }

  /**
   * Waits until every event has an answer.
   *
   * @throws dev.millrace.service.bench.BenchmarkException if an event gets no answer
   */
  void await(KafkaConsumer<byte[], byte[]> consumer) throws InterruptedException {
    Child child = contender.child();
    Duration begin = child.cpuTime();
    long heard = System.nanoTime();
    while (answered < appended.length) {
      for (ConsumerRecord<byte[], byte[]> answer : consumer.poll(POLL)) {
        heard = System.nanoTime();
        int number = Numbers.number(answer.key());
        if (appended[number] == 0) {
          appended[number] = answer.timestamp();
          answered++;
        }
      }
      if (unmeasuredAnswers == 0 && answered >= unmeasured && answered < appended.length) {
        unmeasuredAnswers = answered;
        begin = child.cpuTime();
      }
      child.requireAlive();
      if (System.nanoTime() - heard > SILENCE.toNanos()) {
        throw child.failed(
            "(" + contender + ") answered " + answered + " events, then nothing for two minutes");
      }
    }
    cpu = child.cpuTime().minus(begin);
  }

  /** Returns the timestamp of each event's answer, in ms since 1970, in the order of the events. */
  long[] appended() {
    return appended;
  }

  /** Returns the processor time of the contender's process, in ms per measured event. */
  double cpuMillis() {
    return cpu.toNanos() / 1e6 / (appended.length - unmeasuredAnswers);
  }
}
