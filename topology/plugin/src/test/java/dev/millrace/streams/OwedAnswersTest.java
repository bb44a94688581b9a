package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwedAnswersTest {

  private static final long LONG = TimeUnit.MINUTES.toNanos(1);
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(1);

  private final Task first = new Task();
  private final Task second = new Task();
  private final OwedAnswers owed = new OwedAnswers();
  private long now = System.nanoTime();

  /** A task whose next answer the test decides on. */
  private static final class Task implements OwedAnswers.Debtor {
    private CompletableFuture<String> next;

    @Override
    public CompletableFuture<String> next() {
      return next;
    }
  }

  @Test
  void burst_isAnotherEachTime_onceNoMoreRecordsCome() {
    take(10, 1_000, LONG);
    take(0, 0, SHORT);
    assertBurstLasts(0);
  }

  @Test
  void burst_lastsAWhile_asLongAsRecordsKeepComing() {
    take(10, 0, 0);
    take(9, 90, TimeUnit.MILLISECONDS.toNanos(10));
    assertBurstLasts(5);
  }

  @Test
  void burst_lastsLonger_ifWhoeverComesWaitsAsLong() {
    take(10, 0, 0);
    take(10, 90, TimeUnit.MILLISECONDS.toNanos(10));
    assertBurstLasts(100);
  }

  /** A poll that finds nothing is over at once, and says nothing of how long a record takes. */
  @Test
  void burst_lastsAsLong_ifThereWasNothingForAMoment() {
    take(10, 90, 0);
    take(0, 0, TimeUnit.MILLISECONDS.toNanos(10));
    take(10, 90, SHORT);
    assertBurstLasts(100);
  }

  /** Where there are more, to wait for them is part of what each takes; else it is leisure. */
  @ParameterizedTest
  @CsvSource({"0, 5", "1, 100"})
  void burst_countsTheWaitForRecords_ifTheBrokerHadMore(long lag, long millis) {
    take(10, lag, 0);
    owed.polling(now);
    now += TimeUnit.MILLISECONDS.toNanos(10);
    owed.polled(10, 90, now);
    assertBurstLasts(millis);
  }

  @Test
  void burst_lastsAWhile_onceRecordsTakeLess() {
    take(256, 90, 0);
    take(256, 90, LONG);
    take(10, 90, SHORT);
    assertBurstLasts(5);
  }

  /** It may have had to wait for many that came before. */
  @Test
  void burst_lastsAWhile_ifASingleRecordTakesLong() {
    take(256, 0, 0);
    take(1, 0, TimeUnit.MILLISECONDS.toNanos(25));
    take(99, 0, TimeUnit.MILLISECONDS.toNanos(25));
    assertBurstLasts(5);
  }

  /** What the thread did before says nothing of what a record takes. */
  @Test
  void burst_lastsAWhile_ofTheFirstRecords() {
    take(1_000, 1_000, LONG);
    assertBurstLasts(5);
  }

  @Test
  void burst_lastsAWhile_ofTheNextRecords_whateverTheFirstWaited() {
    take(1, 1_000, LONG);
    take(1, 1_000, 0);
    assertBurstLasts(5);
  }

  @Test
  void nextBurst_isAnotherForEveryTask_andLastsAsLong() {
    take(1, 0, 0);
    take(1, 0, LONG);
    long burst = owed.burst(now);

    long next = owed.nextBurst(now + TimeUnit.MILLISECONDS.toNanos(50));
    assertThat(next).isNotEqualTo(burst);
    assertThat(owed.burst(now + TimeUnit.MILLISECONDS.toNanos(149))).isEqualTo(next);
    assertThat(owed.burst(now + TimeUnit.MILLISECONDS.toNanos(150))).isNotEqualTo(next);
  }

  @Test
  void burst_isOver_onceTooManyBytesWait() {
    take(10, 0, 0);
    take(10, 90, LONG);
    for (int i = 0; i < 2; i++) {
      long burst = owed.nextBurst(now);
      owed.waiting(OwedAnswers.MOST_WAITING_BYTES - 1);
      assertThat(owed.burst(now)).isEqualTo(burst);

      owed.waiting(1);
      assertThat(owed.burst(now)).isNotEqualTo(burst);
    }
  }

  @Test
  void nanosForMore_lastUntilTheBurstIsOver_ifTheBrokerHasMore() {
    take(10, 1, 0);
    owed.nextBurst(now);

    assertThat(owed.nanosForMore(now)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(5));
    assertThat(owed.nanosForMore(now + TimeUnit.MILLISECONDS.toNanos(3)))
        .isEqualTo(TimeUnit.MILLISECONDS.toNanos(2));
    assertThat(owed.nanosForMore(now + TimeUnit.MILLISECONDS.toNanos(6))).isZero();
  }

  @Test
  void nanosForMore_areNone_ifTheBrokerHasNone() {
    take(10, 0, 0);
    owed.nextBurst(now);
    assertThat(owed.nanosForMore(now)).isZero();

    take(10, 1, 0);
    take(0, 0, 0);
    owed.nextBurst(now);
    assertThat(owed.nanosForMore(now)).isZero();
  }

  /** The thread is busy for so long, and then takes so many records of that many more. */
  private void take(int records, long lag, long busyNanos) {
    now += busyNanos;
    owed.polling(now);
    owed.polled(records, lag, now);
  }

  private void assertBurstLasts(long millis) {
    now += LONG;
    long burst = owed.burst(now);
    if (millis > 0) {
      assertThat(owed.burst(now + TimeUnit.MILLISECONDS.toNanos(millis) - 1)).isEqualTo(burst);
    }
    assertThat(owed.burst(now + TimeUnit.MILLISECONDS.toNanos(millis))).isNotEqualTo(burst);
  }

  @Test
  void any_isTrueWhileATaskHasAnImageInFlight() {
    owed.add(first);
    owed.add(second);
    assertThat(owed.any()).isFalse();

    second.next = new CompletableFuture<>();
    assertThat(owed.any()).isTrue();

    owed.remove(second);
    assertThat(owed.any()).isFalse();
  }

  @Test
  void await_findsAnAnswerBehindOneThatIsOpen() {
    owed.add(first);
    owed.add(second);
    first.next = new CompletableFuture<>();
    second.next = CompletableFuture.completedFuture("cat");

    assertThat(owed.await(LONG)).isTrue();
  }

  @Test
  void await_returnsWhenTheAnswerComes_evenIfItIsAFailure() {
    owed.add(first);
    first.next = new CompletableFuture<>();
    CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS)
        .execute(() -> first.next.completeExceptionally(new IllegalStateException("device")));

    long start = System.nanoTime();
    assertThat(owed.await(LONG)).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void await_givesUpInTime() {
    owed.add(first);
    first.next = new CompletableFuture<>();

    assertThat(owed.await(SHORT)).isFalse();
  }

  @Test
  void eachThread_owesItsOwn() throws Exception {
    OwedAnswers ours = OwedAnswers.ofThisThread();
    assertThat(OwedAnswers.ofThisThread()).isSameAs(ours);
    assertThat(CompletableFuture.supplyAsync(OwedAnswers::ofThisThread).get()).isNotSameAs(ours);
  }
}
