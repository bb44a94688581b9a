package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** A {@link ShortPollConsumer} seeks by itself while it is called, because records are lost. */
class KeptRecordsTest extends ShortPollRig {

  /**
   * A position may be asked for while another partition's log is found truncated, at an offset that
   * is not known.
   */
  @Test
  void keptRecords_areReturned_ifTheConsumerItselfSeeks() {
    assign();
    assertThat(poll()).containsExactly(0L, 1L, 2L);

    consumer.returned.during(
        () -> {
          consumer.seekToEnd(Set.of(partition));
          return null;
        });

    assertThat(poll()).containsExactly(3L, 4L, 5L);
    assertThat(poll()).containsExactly(6L, 7L, 8L);
    assertThat(poll()).containsExactly(9L);
    assertThat(consumer.position(partition)).isEqualTo(RECORDS);
  }
}
