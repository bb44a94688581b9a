package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.streams.engine.Classification;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.InternalFixedKeyRecordFactory;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RecordLineTest {

  private static final Classification ANSWER = new Classification(null, new float[0]);

  private final RecordLine<String, byte[]> line = new RecordLine<>();
  private final PendingRecord<String, byte[]> first = pending(3);
  private final PendingRecord<String, byte[]> second = pending(4);

  private static PendingRecord<String, byte[]> pending(int bytes) {
    FixedKeyRecord<String, byte[]> record =
        InternalFixedKeyRecordFactory.create(new Record<>("key", new byte[bytes], 0));
    return new PendingRecord<>(
        record,
        bytes,
        null,
        Tracing.OFF.begin(record, null, "test"),
        0,
        null,
        new CompletableFuture<>());
  }

  @Test
  void answer_waitsForTheOnesBeforeIt() {
    line.add(first);
    line.add(second);
    second.answer().complete(ANSWER);

    assertThat(line.setAnsweredAside()).isZero();
    assertThat(line.pollAnswered()).isNull();

    first.answer().complete(ANSWER);
    assertThat(line.setAnsweredAside()).isEqualTo(7);
    assertThat(line.pollAnswered()).isSameAs(first);
    assertThat(line.pollAnswered()).isSameAs(second);
    assertThat(line.pollAnswered()).isNull();
  }

  @Test
  void recordSetAside_isInLineAndNotInFlight() {
    line.add(first);
    line.add(second);
    first.answer().complete(ANSWER);
    line.setAnsweredAside();

    assertThat(line.inFlight()).isEqualTo(1);
    assertThat(line.answered()).isEqualTo(1);
    assertThat(line.size()).isEqualTo(2);
  }

  @Test
  void next_isTheAnswerOfTheOldestRecord() {
    assertThat(line.next()).isNull();

    line.add(first);
    line.add(second);
    assertThat(line.next()).isSameAs(first.answer());

    first.answer().complete(ANSWER);
    line.setAnsweredAside();
    assertThat(line.next()).isSameAs(first.answer());

    line.pollAnswered();
    assertThat(line.next()).isSameAs(second.answer());
  }

  @Test
  void awaitOldest_givesUpInTime() throws Exception {
    line.awaitOldest(0);
    line.add(first);
    line.add(second);
    second.answer().complete(ANSWER);

    assertThatThrownBy(() -> line.awaitOldest(1)).isInstanceOf(TimeoutException.class);
  }

  @Test
  void awaitOldest_takesAFailureForAnAnswer() throws Exception {
    line.add(first);
    first.answer().completeExceptionally(new IllegalStateException("device"));

    line.awaitOldest(TimeUnit.MINUTES.toNanos(1));

    assertThat(line.setAnsweredAside()).isEqualTo(3);
    assertThat(line.pollAnswered()).isSameAs(first);
  }

  @Test
  void clear_forgetsEveryRecord() {
    line.add(first);
    line.add(second);
    first.answer().complete(ANSWER);
    line.setAnsweredAside();

    line.clear();

    assertThat(line.size()).isZero();
    assertThat(line.next()).isNull();
  }
}
