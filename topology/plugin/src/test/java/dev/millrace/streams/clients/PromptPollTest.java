package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
@Tag("build-kafka")
class PromptPollTest {

  private static final TopicPartition PARTITION = new TopicPartition("images", 0);
  private static final ConsumerRecords<byte[], byte[]> NOTHING = ConsumerRecords.empty();
  private static final Duration LONG = Duration.ofHours(1);

  /** The timeouts that were passed to the consumer's polls, in order. */
  private final List<Duration> waits = new ArrayList<>();

  private final CompletableFuture<String> answer = new CompletableFuture<>();
  private Supplier<ConsumerRecords<byte[], byte[]>> found = () -> NOTHING;
  private OptionalLong lag = OptionalLong.empty();
  private long now = 7;
  private final OwedAnswers owed = new OwedAnswers(() -> now);
  private final PromptPoll prompt =
      new PromptPoll(this::consume, partition -> lag, () -> owed, () -> now);

  /** Polls like a consumer that finds no records: the timeout and one more millisecond pass. */
  private ConsumerRecords<byte[], byte[]> consume(Duration wait) {
    waits.add(wait);
    now += wait.toNanos() + TimeUnit.MILLISECONDS.toNanos(1);
    return found.get();
  }

  private static ConsumerRecords<byte[], byte[]> records(int count) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(new ConsumerRecord<>(PARTITION.topic(), PARTITION.partition(), i, null, null));
    }
    return new ConsumerRecords<>(
        Map.of(PARTITION, records), Map.of(PARTITION, new OffsetAndMetadata(count)));
  }

  @Test
  void threadThatOwesNothing_waitsInItsConsumer() {
    owed.add(() -> null);
    assertThat(prompt.poll(LONG)).isSameAs(NOTHING);
    assertThat(waits).containsExactly(LONG);
  }

  @Test
  void threadThatOwesAnswers_neverSleepsInItsConsumer() {
    owed.add(() -> answer);

    assertThat(prompt.poll(Duration.ofMillis(5))).isSameAs(NOTHING);

    assertThat(waits).hasSize(5).containsOnly(Duration.ZERO);
  }

  @Test
  void poll_returnsAsSoonAsAnAnswerIsThere() {
    owed.add(() -> answer);
    found =
        () -> {
          if (waits.size() == 2) {
            answer.complete("cat");
          }
          return NOTHING;
        };

    assertThat(prompt.poll(LONG)).isSameAs(NOTHING);

    assertThat(waits).containsExactly(Duration.ZERO, Duration.ZERO);
  }

  @Test
  void poll_returnsRecordsThatComeWhileItWaitsForAnAnswer() {
    owed.add(() -> answer);
    found = () -> waits.size() == 2 ? records(3) : NOTHING;

    assertThat(prompt.poll(LONG).count()).isEqualTo(3);

    assertThat(waits).containsExactly(Duration.ZERO, Duration.ZERO);
  }

  @Test
  void poll_returnsPositionsThatMovedWithoutRecords() {
    owed.add(() -> answer);
    ConsumerRecords<byte[], byte[]> moved =
        new ConsumerRecords<>(Map.of(), Map.of(PARTITION, new OffsetAndMetadata(5)));
    found = () -> moved;

    assertThat(prompt.poll(LONG)).isSameAs(moved);
    assertThat(waits).containsExactly(Duration.ZERO);
  }

  @Test
  void poll_waitsForRecordsUntilTheBurstIsOver_ifTheBrokerHasMore() {
    owed.add(() -> answer);
    lag = OptionalLong.of(90);
    found = () -> records(10);
    prompt.poll(LONG);
    owed.pace().nextBurst();

    prompt.poll(LONG);

    assertThat(waits).containsExactly(Duration.ZERO, Duration.ofMillis(5));
  }

  @Test
  void poll_waitsNoLongerThanItsTimeout() {
    owed.add(() -> answer);
    lag = OptionalLong.of(90);
    found = () -> records(10);
    prompt.poll(LONG);
    owed.pace().nextBurst();

    prompt.poll(Duration.ofMillis(2));

    assertThat(waits).containsExactly(Duration.ZERO, Duration.ofMillis(2));
  }

  @Test
  void poll_expectsNoMoreRecords_ifTheConsumerKnowsOfNone() {
    owed.add(() -> answer);
    found = () -> records(10);
    prompt.poll(LONG);
    owed.pace().nextBurst();

    prompt.poll(LONG);

    assertThat(waits).containsExactly(Duration.ZERO, Duration.ZERO);
  }

  /**
   * Ten records took at least 10 ms. So the ten records of the second poll and the 90 records at
   * the broker take at least 100 ms, which is a backlog.
   */
  @Test
  void poll_tellsThePaceHowLongTheThreadWasBusy() {
    lag = OptionalLong.of(90);
    found = () -> records(10);
    prompt.poll(Duration.ZERO);
    now += TimeUnit.MILLISECONDS.toNanos(10);
    prompt.poll(Duration.ZERO);
    owed.pace().nextBurst();

    assertThat(owed.pace().nanosForMore()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
  }
}
