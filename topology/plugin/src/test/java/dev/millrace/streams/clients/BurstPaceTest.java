package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BurstPaceTest {

  private static final long LONG = TimeUnit.MINUTES.toNanos(1);
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(1);

  private long now = System.nanoTime();
  private final BurstPace pace = new BurstPace(() -> now);

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
  void burst_lastsLonger_ifTheNextRecordWaitsAsLong() {
    take(10, 0, 0);
    take(10, 90, TimeUnit.MILLISECONDS.toNanos(10));
    assertBurstLasts(100);
  }

  /** A poll that returns no records does not change the estimated time for one record. */
  @Test
  void burst_lastsAsLong_ifThereWasNothingForAMoment() {
    take(10, 90, 0);
    take(0, 0, TimeUnit.MILLISECONDS.toNanos(10));
    take(10, 90, SHORT);
    assertBurstLasts(100);
  }

  /**
   * The time inside a poll counts as processing time only if the broker had more records.
   * Otherwise, the thread was idle.
   */
  @ParameterizedTest
  @CsvSource({"0, 5", "1, 100"})
  void burst_countsTheWaitForRecords_ifTheBrokerHadMore(long lag, long millis) {
    take(10, lag, 0);
    pace.polling();
    now += TimeUnit.MILLISECONDS.toNanos(10);
    pace.polled(10, 90);
    assertBurstLasts(millis);
  }

  @Test
  void burst_lastsAWhile_onceRecordsTakeLess() {
    take(256, 90, 0);
    take(256, 90, LONG);
    take(10, 90, SHORT);
    assertBurstLasts(5);
  }

  /**
   * One slow record does not make a backlog, because this record may have waited for many other
   * records.
   */
  @Test
  void burst_lastsAWhile_ifASingleRecordTakesLong() {
    take(256, 0, 0);
    take(1, 0, TimeUnit.MILLISECONDS.toNanos(25));
    take(99, 0, TimeUnit.MILLISECONDS.toNanos(25));
    assertBurstLasts(5);
  }

  /**
   * The thread has processed no records before the first poll, so the time before this poll does
   * not change the estimate.
   */
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
    long burst = pace.burst();

    now += TimeUnit.MILLISECONDS.toNanos(50);
    long next = pace.nextBurst();
    assertThat(next).isNotEqualTo(burst);
    now += TimeUnit.MILLISECONDS.toNanos(99);
    assertThat(pace.burst()).isEqualTo(next);
    now += TimeUnit.MILLISECONDS.toNanos(1);
    assertThat(pace.burst()).isNotEqualTo(next);
  }

  @Test
  void burst_isOver_onceTooManyBytesWait() {
    take(10, 0, 0);
    take(10, 90, LONG);
    for (int i = 0; i < 2; i++) {
      long burst = pace.nextBurst();
      pace.waiting(BurstPace.MOST_WAITING_BYTES - 1);
      assertThat(pace.burst()).isEqualTo(burst);

      pace.waiting(1);
      assertThat(pace.burst()).isNotEqualTo(burst);
    }
  }

  @Test
  void nanosForMore_lastUntilTheBurstIsOver_ifTheBrokerHasMore() {
    take(10, 1, 0);
    pace.nextBurst();

    assertThat(pace.nanosForMore()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(5));
    now += TimeUnit.MILLISECONDS.toNanos(3);
    assertThat(pace.nanosForMore()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(2));
    now += TimeUnit.MILLISECONDS.toNanos(3);
    assertThat(pace.nanosForMore()).isZero();
  }

  @Test
  void nanosForMore_areNone_ifTheBrokerHasNone() {
    take(10, 0, 0);
    pace.nextBurst();
    assertThat(pace.nanosForMore()).isZero();

    take(10, 1, 0);
    take(0, 0, 0);
    pace.nextBurst();
    assertThat(pace.nanosForMore()).isZero();
  }

  @Test
  void poll_shouldReturnWhatTheThreadProcessesInAFifthOfASecond() {
    assertThat(pace.mostRecords()).isEqualTo(Integer.MAX_VALUE);
    take(10, 100, 0);
    take(10, 100, TimeUnit.MILLISECONDS.toNanos(10 * 50));
    assertThat(pace.mostRecords()).isEqualTo(1 + 200 / 50);

    for (int i = 0; i < 500; i++) {
      take(10, 100, TimeUnit.MICROSECONDS.toNanos(10 * 100));
    }
    assertThat(pace.mostRecords()).isBetween(1990, 2001);

    for (int i = 0; i < 500; i++) {
      take(1, 100, TimeUnit.SECONDS.toNanos(1));
    }
    assertThat(pace.mostRecords()).isEqualTo(1);
  }

  /** The poll after the first records may return none, because the group has removed the thread. */
  @Test
  void poll_shouldReturnFewRecords_onceTheFirstOnesWereSlow() {
    take(32, 100, LONG);
    assertThat(pace.mostRecords()).isEqualTo(Integer.MAX_VALUE);

    take(0, 0, TimeUnit.SECONDS.toNanos(8));
    assertThat(pace.mostRecords()).isEqualTo(1);
  }

  @Test
  void poll_shouldReturnFewerRecords_onceTheLastOnesWereSlow() {
    take(128, 100, 0);
    take(128, 100, TimeUnit.MILLISECONDS.toNanos(128));
    assertThat(pace.mostRecords()).isEqualTo(1 + 200);

    now += TimeUnit.MILLISECONDS.toNanos(128 * 50);
    pace.polling();
    assertThat(pace.mostRecords()).isBetween(1 + 200 / 50, 1 + 200 / 30);
  }

  /**
   * Keeps the thread busy for {@code busyNanos}. Then a poll returns {@code records} records, and
   * the broker has {@code lag} more records.
   */
  private void take(int records, long lag, long busyNanos) {
    now += busyNanos;
    pace.polling();
    pace.polled(records, lag);
  }

  private void assertBurstLasts(long millis) {
    now += LONG;
    long burst = pace.burst();
    if (millis > 0) {
      now += TimeUnit.MILLISECONDS.toNanos(millis) - 1;
      assertThat(pace.burst()).isEqualTo(burst);
      now++;
    }
    assertThat(pace.burst()).isNotEqualTo(burst);
  }
}
