package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SpareSlotsTest extends WithEngine {

  private static final Duration LONG = Duration.ofSeconds(10);

  private final EngineParts parts = new EngineParts();

  private List<CompletableFuture<Classification>> spare(int... pixels) {
    List<byte[]> images = new ArrayList<>();
    for (int pixel : pixels) {
      images.add(new byte[] {(byte) pixel});
    }
    return engine.submitIfSpare(images).orElseThrow();
  }

  private List<Batch.Slot> claimSpare() {
    return parts.admission.claimSpare(1, parts.queue::hasWaitingCommit);
  }

  private boolean hasSpareSlot() {
    return parts.admission.hasSpareSlot(parts.queue::hasWaitingCommit);
  }

  @Test
  void images_runInTheStreamsBatch_andAreAnsweredInOrder() throws Exception {
    start(4, LONG, ImageLimits.DEFAULT);
    CompletableFuture<Classification> record = submit(1);
    List<CompletableFuture<Classification>> answers = spare(2, 3, 4);

    assertThat(classOf(record)).isEqualTo(1);
    assertThat(classOf(answers.get(0))).isEqualTo(2);
    assertThat(classOf(answers.get(1))).isEqualTo(3);
    assertThat(classOf(answers.get(2))).isEqualTo(4);
    assertThat(model.batches).containsExactly(4);
  }

  @Test
  void badImage_failsAlone() throws Exception {
    start(3, LONG, ImageLimits.DEFAULT);
    List<CompletableFuture<Classification>> answers = spare(1, FakeDecoder.BAD, 2);

    assertThat(classOf(answers.get(0))).isEqualTo(1);
    assertThat(classOf(answers.get(2))).isEqualTo(2);
    assertThatThrownBy(() -> answers.get(1).get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(BadImageException.class);
  }

  @Test
  void moreImagesThanABatch_areNeverTaken() {
    start(2);
    assertThat(engine.maxBatchSize()).isEqualTo(2);
    assertThat(engine.submitIfSpare(List.of(new byte[] {1}, new byte[] {1}, new byte[] {1})))
        .isEmpty();
  }

  @Test
  void stoppedEngine_hasNoSlots() {
    start(2);
    engine.stop(new IllegalStateException("the device hangs"));
    assertThat(engine.hasSpareSlot()).isFalse();
    assertThatThrownBy(() -> spare(1))
        .isInstanceOf(EngineStalledException.class)
        .hasMessageContaining("the device hangs");
  }

  @Test
  void streamThatWaitsForASlot_comesFirst_alsoForASecondAfterIt() throws Exception {
    parts.fill();
    Future<Batch.Slot> stream = EngineParts.waiting(() -> parts.admission.claim(Long.MAX_VALUE));
    for (int i = 0; i < 3; i++) {
      Batch batch = parts.queue.take().orElseThrow();
      parts.queue.recycle(batch);
    }
    var unused = stream.get(10, TimeUnit.SECONDS);
    assertThat(hasSpareSlot()).isFalse();
    assertThat(claimSpare()).isEmpty();

    parts.clock.addAndGet(QuietTime.NANOS);

    assertThat(hasSpareSlot()).isTrue();
    assertThat(claimSpare()).hasSize(1);
  }

  @Test
  void partitionThatMayHaveNoMoreImagesInFlight_comesFirst() {
    start(4);
    try (InferenceEngine.Urgency backlog = engine.backlog()) {
      assertThat(engine.hasSpareSlot()).isFalse();
      assertThat(engine.submitIfSpare(List.of(new byte[] {1}))).isEmpty();
    }
    assertThat(engine.hasSpareSlot()).isFalse();
  }

  @Test
  void commitThatWaits_comesFirst() {
    parts.queue.addWaitingCommits(1);
    assertThat(hasSpareSlot()).isFalse();
    assertThat(claimSpare()).isEmpty();

    parts.queue.addWaitingCommits(-1);
    assertThat(claimSpare()).hasSize(1);
  }

  @Test
  void images_arePendingUntilTheirBatchComesBack() throws Exception {
    Batch.Slot slot = claimSpare().get(0);
    parts.queue.decoded(slot, null);
    assertThat(parts.pending("3")).isEqualTo(1);

    parts.queue.addWaitingCommits(1);
    parts.queue.recycle(parts.queue.take().orElseThrow());
    assertThat(parts.pending("3")).isZero();
  }
}
