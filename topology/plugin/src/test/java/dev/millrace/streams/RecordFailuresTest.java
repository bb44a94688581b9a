package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class RecordFailuresTest {

  private final RecordFailures failures = new RecordFailures();

  private static Exception odd() {
    return new IllegalStateException("odd");
  }

  private boolean fails(int partition, long offset) {
    return failures.isTooMany("images", partition, offset, odd());
  }

  @Test
  void thirdFailure_isOneTooMany() {
    assertThat(fails(0, 7)).isFalse();
    assertThat(fails(0, 7)).isFalse();
    assertThat(fails(0, 7)).isTrue();
    assertThat(fails(0, 7)).isTrue();
  }

  @Test
  void recordsThatFailInTurns_areCountedEachForItself() {
    assertThat(fails(0, 7)).isFalse();
    assertThat(fails(0, 8)).isFalse();
    assertThat(fails(0, 7)).isFalse();
    assertThat(fails(0, 8)).isFalse();
    assertThat(fails(0, 7)).isTrue();
    assertThat(fails(0, 8)).isTrue();
  }

  @Test
  void oldCounts_areForgotten_onceThereAreThousands() {
    assertThat(fails(0, 7)).isFalse();
    assertThat(fails(0, 7)).isFalse();
    for (int offset = 1_000; offset < 2_000; offset++) {
      assertThat(fails(0, offset)).isFalse();
    }
    assertThat(fails(0, 7)).isFalse();
  }

  @Test
  void partitions_areCountedEachForItself() {
    for (int partition = 0; partition < 10; partition++) {
      assertThat(fails(partition, 7)).isFalse();
      assertThat(fails(partition, 7)).isFalse();
      assertThat(failures.isTooMany("others", partition, 7, odd())).isFalse();
    }
    assertThat(fails(4, 7)).isTrue();
  }

  /** They cannot be told apart. */
  @Test
  void recordsWithoutAPlace_neverCount() {
    for (int i = 0; i < 10; i++) {
      assertThat(failures.isTooMany(null, -1, -1, odd())).isFalse();
    }
  }

  @Test
  void failuresOfTheWorld_neverCount() {
    for (int i = 0; i < 10; i++) {
      assertThat(
              failures.isTooMany("images", 0, 7, new UncheckedIOException(new IOException("gone"))))
          .isFalse();
    }
    assertThat(fails(0, 7)).isFalse();
  }

  /** Kafka Streams throws it when it sends the next record. */
  @Test
  void failuresOfEarlierSends_neverCount() {
    for (int i = 0; i < 10; i++) {
      assertThat(
              failures.isTooMany(
                  "images", 0, 7, new StreamsException(new RecordTooLargeException("too large"))))
          .isFalse();
    }
    assertThat(failures.isTooMany("images", 0, 7, new RecordTooLargeException("too large")))
        .isFalse();
    assertThat(fails(0, 7)).isFalse();
    assertThat(fails(0, 7)).isTrue();
  }

  @Test
  void counts_areTheApplications() {
    String id = "record-failures-test";
    assertThat(RecordFailures.of(id)).isSameAs(RecordFailures.of(id));
    assertThat(RecordFailures.of(id)).isNotSameAs(RecordFailures.of(id + "-2"));
  }
}
