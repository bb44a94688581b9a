package dev.millrace.service.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.health.PartitionProgress.Sample;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PartitionProgressTest {

  private static final TopicPartition IMAGES = new TopicPartition("images", 0);
  private static final TopicPartition OTHER = new TopicPartition("images", 1);
  private static final long NOT_YET = PartitionProgress.UNKNOWN;

  private final PartitionProgress progress = new PartitionProgress();

  private void see(long now, long committed, long polled) {
    progress.observe(List.of(new Sample(IMAGES, committed, polled)), true, now);
  }

  private long standing(long now) {
    return progress.standing(now).get(IMAGES);
  }

  @Test
  void partitionWithoutRecords_doesNotStand() {
    see(0, NOT_YET, NOT_YET);
    see(100, NOT_YET, NOT_YET);

    assertThat(standing(100)).isZero();
  }

  @Test
  void partitionWhoseRecordsAreAllDone_doesNotStand() {
    see(0, 5, 4);
    see(100, 5, 4);

    assertThat(standing(100)).isZero();
  }

  /**
   * The commit marker of a transaction takes the offset after the last record, but is not a record.
   */
  @Test
  void committedOffsetBehindTheLastRecord_isNoReasonToWait() {
    see(0, 6, 4);

    assertThat(standing(100)).isZero();
  }

  @Test
  void partitionStands_fromWhenARecordWaits() {
    see(0, 5, 4);
    see(10, 5, 5);
    see(20, 5, 9);

    assertThat(standing(25)).isEqualTo(15);
    assertThat(progress.offset(IMAGES)).isEqualTo(5);
  }

  @Test
  void clockStartsAgain_wheneverTheOffsetMoves() {
    see(10, 5, 9);
    see(20, 6, 9);

    assertThat(standing(25)).isEqualTo(5);
  }

  @Test
  void firstRecords_standBeforeAnythingIsCommitted() {
    see(10, NOT_YET, 3);

    assertThat(standing(30)).isEqualTo(20);
    assertThat(progress.offset(IMAGES)).isZero();
  }

  /** The replacement thread starts without the offsets of the failed thread. */
  @Test
  void replacedThread_doesNotStartTheClock() {
    see(10, 5, 9);
    progress.observe(List.of(), false, 20);
    progress.observe(List.of(new Sample(IMAGES, NOT_YET, NOT_YET)), true, 30);
    progress.observe(List.of(new Sample(IMAGES, NOT_YET, 9)), true, 40);

    assertThat(standing(50)).isEqualTo(40);

    see(60, 10, 9);
    assertThat(standing(70)).isZero();
  }

  @Test
  void partitionOfAnotherInstance_isForgotten() {
    see(10, 5, 9);
    progress.observe(List.of(new Sample(OTHER, 1, 0)), true, 20);

    assertThat(progress.standing(30)).containsOnlyKeys(OTHER);

    see(40, NOT_YET, NOT_YET);
    assertThat(standing(50)).isZero();
  }

  @Test
  void partitionsThatAreNotAllThere_areRemembered() {
    see(10, 5, 9);
    progress.observe(List.of(new Sample(OTHER, 1, 0)), false, 20);

    assertThat(progress.standing(30)).containsEntry(IMAGES, 20L).containsEntry(OTHER, 0L);
  }
}
