package dev.millrace.streams.internals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.streams.state.StoreBuilder;
import org.junit.jupiter.api.Test;

class CommitBarrierTest {

  private static final Duration SILENCE = Duration.ofMinutes(5);

  private final CommitBarrier barrier = CommitBarrier.builder("barrier").build();
  private final Task task = new Task();

  /** A task whose {@code drain} leaves no records in flight. */
  private static final class Task implements CommitBarrier.InFlight {
    private int size;
    private int drains;

    @Override
    public void drain() {
      drains++;
      size = 0;
    }

    @Override
    public int size() {
      return size;
    }
  }

  @Test
  void flush_drainsTheTask() {
    barrier.attach(task);
    task.size = 3;

    barrier.flushCache();
    barrier.commit(Map.of());

    assertThat(task.drains).isEqualTo(1);
  }

  @Test
  void commit_withRecordsInFlight_fails() {
    barrier.attach(task);
    task.size = 3;

    assertThatThrownBy(() -> barrier.commit(Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "3 records were in flight during a commit:"
                + " Kafka Streams did not flush the commit barrier");
  }

  /** Before version 4.3, Kafka Streams calls this method after a commit. */
  @Test
  @SuppressWarnings("deprecation")
  void flush_withRecordsInFlight_fails() {
    barrier.attach(task);
    barrier.flush();
    task.size = 2;

    assertThatThrownBy(barrier::flush)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("2 records were in flight during a commit");
  }

  @Test
  void recordAccepted_afterTooLongASilence_fails() {
    barrier.attach(task);
    barrier.recordAccepted(7, SILENCE);
    barrier.recordAccepted(7 + SILENCE.toNanos(), SILENCE);

    assertThatThrownBy(() -> barrier.recordAccepted(8 + SILENCE.toNanos(), SILENCE))
        .isInstanceOf(IncompatibleClassChangeError.class)
        .hasMessageContaining("has not flushed the commit barrier for PT5M");
  }

  @Test
  void recordAccepted_countsTheSilenceFromTheFirstRecordAfterAFlush() {
    barrier.attach(task);
    barrier.recordAccepted(0, SILENCE);

    barrier.flushCache();
    barrier.recordAccepted(SILENCE.toNanos(), SILENCE);

    barrier.recordAccepted(2 * SILENCE.toNanos(), SILENCE);
  }

  @Test
  void revivedTask_beginsWithoutSilence() {
    barrier.attach(task);
    barrier.recordAccepted(0, SILENCE);

    barrier.attach(task);

    barrier.recordAccepted(2 * SILENCE.toNanos(), SILENCE);
  }

  @Test
  void secondProcessor_isRefused_untilTheFirstIsDetached() {
    barrier.attach(task);
    Task second = new Task();
    assertThatThrownBy(() -> barrier.attach(second))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was passed to two processValues calls");

    barrier.detach();
    barrier.attach(second);
    barrier.flushCache();

    assertThat(task.drains).isZero();
    assertThat(second.drains).isEqualTo(1);
  }

  @Test
  void commit_provesTheVersion_onlyAfterAFlushWithARecord() {
    AtomicBoolean proved = new AtomicBoolean();
    CommitBarrier watched = CommitBarrier.builder("barrier", proved).build();
    watched.attach(task);

    watched.flushCache();
    watched.commit(Map.of());
    assertThat(proved).isFalse();

    watched.recordAccepted(0, SILENCE);
    watched.commit(Map.of());
    assertThat(proved).isFalse();

    watched.flushCache();
    assertThat(proved).isFalse();
    watched.commit(Map.of());
    assertThat(proved).isTrue();
  }

  @Test
  void detachedBarrier_holdsNothing() {
    barrier.attach(task);
    task.size = 3;
    barrier.detach();

    barrier.flushCache();
    barrier.commit(Map.of());

    assertThat(task.drains).isZero();
  }

  @Test
  void builder_makesStoresWithoutAChangelog() {
    StoreBuilder<CommitBarrier> builder = CommitBarrier.builder("barrier");

    assertThat(builder.name()).isEqualTo("barrier");
    assertThat(builder.loggingEnabled()).isFalse();
    assertThat(builder.logConfig()).isEmpty();
    assertThat(builder.withCachingEnabled()).isSameAs(builder);
    assertThat(builder.withCachingDisabled()).isSameAs(builder);
    assertThat(builder.withLoggingDisabled()).isSameAs(builder);
    assertThatThrownBy(() -> builder.withLoggingEnabled(Map.of()))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(builder.build()).isNotSameAs(builder.build());
    assertThat(barrier.name()).isEqualTo("barrier");
    assertThat(barrier.persistent()).isFalse();
    assertThat(barrier.setFlushListener(null, true)).isFalse();
  }
}
