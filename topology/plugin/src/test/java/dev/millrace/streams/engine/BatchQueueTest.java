package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.BadImageException;
import org.junit.jupiter.api.Test;

class BatchQueueTest {

  private static final long LINGER = 1_000;

  private final BatchQueue queue = new BatchQueue(2, LINGER, bytes -> new Batch(2, bytes));

  private final LoadedModel serving = FakeModel.loaded(FakeModel.version());

  private Batch.Slot claimDecoded(long now) {
    return claimDecoded(queue, serving, now);
  }

  private static Batch.Slot claimDecoded(BatchQueue queue, LoadedModel serving, long now) {
    Batch.Slot slot = queue.claim(now, serving);
    slot.batch.settle(slot, null);
    return slot;
  }

  @Test
  void images_shareABatchUntilItIsFull() {
    Batch first = queue.claim(0, serving).batch;
    assertThat(queue.claim(1, serving).batch).isSameAs(first);
    assertThat(queue.claim(2, serving).batch).isNotSameAs(first);
  }

  @Test
  void image_findsNoPlaceWhileEveryBatchIsOut() {
    for (int i = 0; i < 4; i++) {
      claimDecoded(i);
    }
    assertThat(queue.claim(4, serving)).isNull();
    Batch first = queue.take(4, false);
    assertThat(queue.claim(5, serving)).isNull();
    queue.recycle(first);
    assertThat(queue.claim(6, serving).batch).isSameAs(first);
  }

  @Test
  void roomAhead_isAnEmptyBatch_orAQuarterOfOne() {
    BatchQueue queue = new BatchQueue(2, LINGER, bytes -> new Batch(16, bytes));
    LoadedModel serving = FakeModel.loaded(FakeModel.version(), 16);
    for (int i = 0; i < 16 + 12; i++) {
      assertThat(queue.hasRoomAhead()).isTrue();
      claimDecoded(queue, serving, i);
    }
    assertThat(queue.hasRoomAhead()).isTrue();
    claimDecoded(queue, serving, 28);
    assertThat(queue.hasRoomAhead()).isFalse();
    assertThat(queue.hasRoom()).isTrue();

    for (int i = 29; i < 32; i++) {
      claimDecoded(queue, serving, i);
    }
    assertThat(queue.hasRoomAhead()).isFalse();
    assertThat(queue.hasRoom()).isFalse();
    queue.recycle(queue.take(32, false));
    assertThat(queue.hasRoomAhead()).isTrue();
  }

  @Test
  void fullBatch_runsWithoutLinger() {
    claimDecoded(0);
    Batch batch = claimDecoded(0).batch;
    assertThat(queue.take(0, false)).isSameAs(batch);
  }

  @Test
  void openBatch_runsAfterTheLingerOfItsOldestImage() {
    Batch batch = claimDecoded(100).batch;
    assertThat(queue.nanosUntilDue(100)).isEqualTo(LINGER);
    assertThat(queue.take(100 + LINGER - 1, false)).isNull();
    assertThat(queue.nanosUntilDue(100 + LINGER - 1)).isEqualTo(1);
    assertThat(queue.take(100 + LINGER, false)).isSameAs(batch);
    assertThat(queue.nanosUntilDue(100 + LINGER)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void openBatch_runsAtOnceInAHurry() {
    Batch batch = claimDecoded(0).batch;
    assertThat(queue.take(0, true)).isSameAs(batch);
  }

  @Test
  void openBatch_growsOnWhileAnotherCanRun() {
    Batch full = claimDecoded(0).batch;
    claimDecoded(0);
    Batch open = claimDecoded(0).batch;
    assertThat(queue.take(2 * LINGER, true)).isSameAs(full);
    assertThat(claimDecoded(2 * LINGER).batch).isSameAs(open);
    assertThat(queue.take(2 * LINGER, false)).isSameAs(open);
  }

  @Test
  void batchStillDecoding_doesNotHoldUpTheNext() {
    Batch.Slot slow = queue.claim(0, serving);
    claimDecoded(0);
    Batch second = claimDecoded(1).batch;
    claimDecoded(1);
    assertThat(queue.take(2, false)).isSameAs(second);
    assertThat(queue.take(2, true)).isNull();
    slow.batch.settle(slow, null);
    assertThat(queue.take(3, false)).isSameAs(slow.batch);
  }

  @Test
  void batchOfAHungDecoder_isReplacedInsteadOfReused() {
    Batch.Slot hung = queue.claim(0, serving);
    hung.batch.abandon(hung, new BadImageException(BadImageException.Reason.TIMEOUT, "too slow"));
    Batch batch = queue.take(0, true);
    assertThat(batch).isSameAs(hung.batch);
    queue.recycle(batch);
    assertThat(queue.claim(1, serving).batch).isNotSameAs(batch);
    queue.claim(2, serving);
    assertThat(queue.claim(3, serving).batch).isNotSameAs(batch);
  }

  @Test
  void decoderThatReturnsTooLate_changesNothing() {
    Batch.Slot slot = queue.claim(0, serving);
    BadImageException refusal = new BadImageException(BadImageException.Reason.TIMEOUT, "too slow");
    slot.batch.abandon(slot, refusal);
    slot.batch.settle(slot, null);
    assertThat(slot.refusal()).isSameAs(refusal);
    assertThat(slot.batch.isDecoded()).isTrue();
  }

  /** The error that the next allocation throws, or null. */
  private Error failure;

  private final BatchQueue scarce =
      new BatchQueue(
          2,
          LINGER,
          bytes -> {
            if (failure != null) {
              throw failure;
            }
            return new Batch(2, bytes);
          });

  private void requireThatAllocationFails(LoadedModel version) {
    failure = new OutOfMemoryError("Cannot reserve direct buffer memory");
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> scarce.claim(0, version)).isSameAs(failure);
      assertThat(scarce.hasRoom()).isTrue();
    }
    failure = null;
  }

  @Test
  void allocationThatFails_costsNoBatch_andTakesNoLease() {
    FakeModel fake = new FakeModel();
    LoadedModel version = FakeModel.loaded(fake, FakeModel.version(), 2);
    requireThatAllocationFails(version);

    for (int i = 0; i < 4; i++) {
      claimDecoded(scarce, version, i);
    }
    assertThat(scarce.claim(4, version)).isNull();
    for (Batch batch : scarce.drain()) {
      batch.model().giveBack();
    }
    assertThat(fake.open).containsExactly(3);
    version.giveBack();
    assertThat(fake.open).isEmpty();
  }

  @Test
  void allocationThatFails_inPlaceOfABatchOfAnotherSize_costsNoBatch() {
    LoadedModel larger = FakeModel.loaded(FakeModel.version(4, 2));
    for (int i = 0; i < 4; i++) {
      claimDecoded(scarce, serving, i);
    }
    scarce.recycle(scarce.take(4, false));
    scarce.recycle(scarce.take(4, false));
    requireThatAllocationFails(larger);

    for (int i = 0; i < 4; i++) {
      claimDecoded(scarce, larger, i);
    }
    assertThat(scarce.claim(4, larger)).isNull();
  }

  @Test
  void drain_takesOutWhatHasNotRun() {
    claimDecoded(0);
    claimDecoded(0);
    queue.claim(1, serving);
    assertThat(queue.drain()).hasSize(2);
    assertThat(queue.take(LINGER + 1, true)).isNull();
  }
}
