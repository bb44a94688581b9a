package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MissedPollsTest {

  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private Duration lastPoll = Duration.ZERO;
  private final MissedPolls polls = new MissedPolls(() -> lastPoll);

  /** Processes a record right after a poll, and waits for answers for a long time. */
  private Optional<String> process(int partition, long offset) {
    lastPoll = Duration.ZERO;
    Optional<String> failure = polls.processing("images", partition, offset);
    polls.waited(Duration.ofSeconds(4).toNanos());
    return failure;
  }

  private Optional<String> processLater(int partition, long offset, Duration ago) {
    lastPoll = ago;
    return polls.processing("images", partition, offset);
  }

  private void endTasks(Duration ago) {
    lastPoll = ago;
    polls.taskEnds(INTERVAL);
    polls.taskEnds(INTERVAL);
  }

  @Test
  void recordThatIsProcessedInVainTwice_failsTheThread() {
    for (int i = 0; i < 2; i++) {
      assertThat(process(0, 7)).isEmpty();
      assertThat(process(1, 3)).isEmpty();
      endTasks(Duration.ofSeconds(8));
    }

    assertThat(process(0, 7))
        .hasValueSatisfying(
            reason ->
                assertThat(reason)
                    .contains("did not poll for 8000 ms", "Raise max.poll.interval.ms (5000)"));
  }

  /** For example, the machine was asleep, or a broker did not take the results. */
  @Test
  void endsThatAreLateForAnotherReason_doNotFailTheThread() {
    for (int i = 0; i < 3; i++) {
      assertThat(process(0, 7)).isEmpty();
      assertThat(processLater(1, 3, Duration.ofSeconds(2))).isEmpty();
      endTasks(Duration.ofMillis(8_001));
    }

    assertThat(process(0, 7)).isEmpty();
  }

  /** Waits before the last poll do not count. */
  @Test
  void waitsAreCountedFromPollToPoll() {
    for (int i = 0; i < 3; i++) {
      assertThat(process(0, 7)).isEmpty();
      assertThat(processLater(1, 3, Duration.ofSeconds(4))).isEmpty();
      assertThat(processLater(0, 8, Duration.ofSeconds(1))).isEmpty();
      endTasks(Duration.ofSeconds(8));
    }

    assertThat(process(0, 7)).isEmpty();
  }

  /** With two inferences in a row, the second one processes the same records later. */
  @Test
  void lastRecord_isTheOneWithTheHighestOffset() {
    for (int i = 0; i < 3; i++) {
      assertThat(process(0, 7 + i)).isEmpty();
      assertThat(processLater(0, 2, Duration.ofSeconds(4))).isEmpty();
      endTasks(Duration.ofSeconds(8));
    }

    assertThat(process(0, 7)).isEmpty();
  }

  /** A member that is alone in its group may commit although it has left the group. */
  @Test
  void progress_doesNotFailTheThread() {
    for (int i = 0; i < 3; i++) {
      assertThat(process(0, i)).isEmpty();
      endTasks(Duration.ofSeconds(8));
    }

    assertThat(process(0, 3)).isEmpty();
  }

  @Test
  void tasksThatEndInTime_doNotFailTheThread() {
    for (int i = 0; i < 3; i++) {
      assertThat(process(0, 7)).isEmpty();
      endTasks(Duration.ofSeconds(4));
    }

    assertThat(process(0, 7)).isEmpty();
  }

  @Test
  void tasksThatEndWithoutARecord_doNotFailTheThread() {
    assertThat(process(0, 7)).isEmpty();
    for (int i = 0; i < 3; i++) {
      endTasks(Duration.ofSeconds(8));
    }

    assertThat(process(0, 7)).isEmpty();
  }

  @Test
  void recordOfAPunctuator_isIgnored() {
    for (int i = 0; i < 3; i++) {
      assertThat(polls.processing(null, -1, -1)).isEmpty();
      endTasks(Duration.ofSeconds(8));
    }
  }
}
