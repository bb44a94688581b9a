package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Tests which slots of a {@link BatchQueue} are given to images that do not come from the stream.
 */
class SpareBatchesTest {

  private static final int SIZE = 4;

  private final AtomicBoolean noMemory = new AtomicBoolean();
  private final BatchQueue queue = new BatchQueue(3, 1_000, this::allocate);
  private final LoadedModel serving = FakeModel.loaded(FakeModel.version(), SIZE);

  private Batch allocate(int bytes) {
    if (noMemory.get()) {
      throw new OutOfMemoryError("no direct memory");
    }
    return new Batch(SIZE, bytes);
  }

  private List<Batch.Slot> claimSpare(int images) {
    List<Batch.Slot> slots = queue.claimSpare(images, 0, serving);
    slots.forEach(slot -> slot.batch.settle(slot, null));
    return slots;
  }

  private void claimOfStream(int images) {
    for (int i = 0; i < images; i++) {
      Batch.Slot slot = queue.claim(0, serving);
      slot.batch.settle(slot, null);
    }
  }

  @Test
  void images_getSlotsAllTogetherOrNotAtAll() {
    assertThat(claimSpare(3)).hasSize(3);
    assertThat(claimSpare(2)).isEmpty();
    assertThat(claimSpare(1)).hasSize(1);
  }

  @Test
  void images_joinTheStreamsBatch_andGoOnInTheNext() {
    claimOfStream(3);
    List<Batch.Slot> slots = claimSpare(3);

    assertThat(slots.get(0).batch).isSameAs(queue.take(0, false));
    assertThat(slots.get(1).batch).isSameAs(slots.get(2).batch).isNotSameAs(slots.get(0).batch);
    assertThat(slots).extracting(slot -> slot.model).containsOnly(serving);
  }

  @Test
  void images_haveAtMostTheSlotsOfOneBatch_untilThatBatchHasRun() {
    assertThat(claimSpare(SIZE)).hasSize(SIZE);
    assertThat(queue.spareRoom(serving)).isZero();
    assertThat(claimSpare(1)).isEmpty();

    queue.recycle(queue.take(0, false));

    assertThat(claimSpare(SIZE)).hasSize(SIZE);
  }

  @Test
  void streamsSlots_areNotCountedAsSpare() {
    claimOfStream(SIZE);
    queue.recycle(queue.take(0, false));
    assertThat(queue.spareRoom(serving)).isEqualTo(SIZE);
  }

  @Test
  void oneBatch_staysEmptyForTheStream() {
    claimOfStream(SIZE + 1);
    assertThat(queue.spareRoom(serving)).isEqualTo(SIZE - 1);
    assertThat(claimSpare(SIZE)).isEmpty();
    assertThat(claimSpare(SIZE - 1)).hasSize(SIZE - 1);

    claimOfStream(1);
    assertThat(queue.spareRoom(serving)).isZero();
    claimOfStream(SIZE - 1);
    assertThat(queue.claim(0, serving)).isNull();
  }

  @Test
  void images_takeNoRoomOfABatchOfAnotherVersion() {
    claimOfStream(1);
    LoadedModel next = FakeModel.loaded(FakeModel.version(4, 1), SIZE);

    List<Batch.Slot> slots = queue.claimSpare(2, 0, next);

    assertThat(slots).extracting(slot -> slot.model).containsExactly(next, next);
    assertThat(queue.take(0, false).model()).isSameAs(serving);
  }

  @Test
  void batchThatCannotBeAllocated_leavesNoSlotBehind() {
    claimOfStream(3);
    noMemory.set(true);
    assertThatThrownBy(() -> claimSpare(2)).isInstanceOf(OutOfMemoryError.class);
    assertThat(queue.take(0, true).size()).isEqualTo(3);

    noMemory.set(false);
    assertThat(claimSpare(2)).hasSize(2);
  }
}
