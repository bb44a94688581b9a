package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DecodePoolTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_HUNG = 1;

  private final AtomicLong clock = new AtomicLong();
  private final Reports reports = new Reports();
  private final Batch batch = new Batch(8, 3);
  private final List<Decoder> decoders = new CopyOnWriteArrayList<>();
  private DecodePool pool;

  DecodePoolTest() {
    batch.open(FakeModel.loaded(FakeModel.version(), 8), 0);
  }

  /** Collects the reports of the pool, in order. */
  private static final class Reports implements DecodePool.Listener {
    private final List<Batch.Slot> decoded = new CopyOnWriteArrayList<>();
    private final List<Batch.Slot> abandoned = new CopyOnWriteArrayList<>();
    private final List<BadImageException> refusals = new CopyOnWriteArrayList<>();
    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private volatile Runnable onAbandoned = () -> {};

    @Override
    public void decoded(Batch.Slot slot, BadImageException refusal) {
      if (refusal != null) {
        refusals.add(refusal);
      }
      decoded.add(slot);
    }

    @Override
    public void abandoned(Batch.Slot slot, BadImageException refusal) {
      onAbandoned.run();
      refusals.add(refusal);
      abandoned.add(slot);
    }

    @Override
    public void fatal(Throwable cause) {
      fatal.add(cause);
    }
  }

  /** A fake decoder with its own latch. */
  private static final class Decoder implements ImageDecoder {
    private final CountDownLatch unhang = new CountDownLatch(1);
    private final FakeDecoder fake = new FakeDecoder(unhang);
    private volatile boolean decoding;
    private volatile boolean closed;
    private volatile Thread thread;
    private volatile Runnable first = () -> {};
    private volatile Runnable last = () -> {};

    @Override
    public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
      thread = Thread.currentThread();
      first.run();
      decoding = true;
      fake.decode(encoded, preprocessing, pixels);
      decoding = false;
    }

    @Override
    public void close() {
      closed = true;
      last.run();
    }
  }

  private void start(int threads) {
    start(
        threads,
        () -> {
          Decoder decoder = new Decoder();
          decoders.add(decoder);
          return decoder;
        });
    await().until(() -> decoders.size() == threads);
  }

  private void start(int threads, Supplier<ImageDecoder> decoders) {
    ImageLimits limits = new ImageLimits(1000, TIMEOUT, MAX_HUNG);
    pool = new DecodePool(EngineThreads.DAEMONS, limits, decoders, reports, clock::get);
    pool.start(threads);
  }

  @AfterEach
  void close() {
    pool.close();
    decoders.forEach(decoder -> decoder.unhang.countDown());
  }

  private Batch.Slot submit(int image) {
    Batch.Slot slot = batch.claim(0);
    pool.submit(slot, new byte[] {(byte) image});
    return slot;
  }

  /** Submits an image whose decoder hangs, and waits until the decoder hangs. */
  private Batch.Slot submitHanging() {
    long before = hanging();
    Batch.Slot slot = submit(FakeDecoder.HANGING);
    await().until(() -> hanging() == before + 1);
    return slot;
  }

  private long hanging() {
    return decoders.stream().filter(decoder -> decoder.decoding).count();
  }

  private void giveUpAfter(Duration duration) {
    clock.addAndGet(duration.toNanos());
    pool.giveUpOnHung();
  }

  @Test
  void image_isDecodedIntoItsSlot_andReportedOnce() {
    start(2);
    Batch.Slot slot = submit(7);
    await().until(() -> !reports.decoded.isEmpty());
    pool.close();
    await().until(() -> decoders.stream().allMatch(decoder -> decoder.closed));
    assertThat(slot.pixels.get(0)).isEqualTo((byte) 7);
    assertThat(reports.decoded).containsExactly(slot);
    assertThat(reports.refusals).isEmpty();
    assertThat(reports.fatal).isEmpty();
  }

  @Test
  void badImage_isReportedWithItsRefusal_andTheThreadGoesOn() {
    start(1);
    Batch.Slot bad = submit(FakeDecoder.BAD);
    Batch.Slot good = submit(3);
    await().until(() -> reports.decoded.size() == 2);
    assertThat(reports.decoded).containsExactly(bad, good);
    assertThat(reports.refusals)
        .singleElement()
        .returns(BadImageException.Reason.UNDECODABLE, BadImageException::reason);
    assertThat(decoders).hasSize(1);
  }

  @Test
  void decodeWithinItsTimeout_isNotGivenUp() {
    start(1);
    Batch.Slot slow = submitHanging();
    giveUpAfter(TIMEOUT.minusNanos(1));
    assertThat(reports.abandoned).isEmpty();

    decoders.get(0).unhang.countDown();

    await().until(() -> reports.decoded.contains(slow));
    assertThat(decoders).hasSize(1);
  }

  @Test
  void decodePastItsTimeout_isGivenUpOnce_andAnotherThreadDecodesOn() {
    start(1);
    Batch.Slot hung = submitHanging();
    giveUpAfter(TIMEOUT);
    pool.giveUpOnHung();

    assertThat(reports.abandoned).containsExactly(hung);
    assertThat(reports.refusals)
        .singleElement()
        .returns(BadImageException.Reason.TIMEOUT, BadImageException::reason)
        .returns("decoding took longer than 5000 ms", BadImageException::getMessage);
    Batch.Slot next = submit(3);
    await().until(() -> reports.decoded.contains(next));
    assertThat(reports.fatal).isEmpty();
  }

  @Test
  void timeout_beginsWithTheDecode_notWithTheSubmission() {
    start(1);
    submitHanging();
    Batch.Slot queued = submit(FakeDecoder.HANGING);
    giveUpAfter(TIMEOUT);
    await().until(() -> hanging() == 2);
    giveUpAfter(TIMEOUT.minusNanos(1));
    assertThat(reports.abandoned).hasSize(1).doesNotContain(queued);
  }

  @Test
  void decoderThatReturnsAfterItsImageWasGivenUp_reportsNothing_andItsThreadEnds() {
    start(1);
    Batch.Slot hung = submitHanging();
    giveUpAfter(TIMEOUT);
    Decoder late = decoders.get(0);

    late.unhang.countDown();

    await().until(() -> !late.thread.isAlive());
    assertThat(late.closed).isTrue();
    assertThat(reports.decoded).isEmpty();
    assertThat(reports.abandoned).containsExactly(hung);
    assertThat(reports.fatal).isEmpty();
  }

  @Test
  void moreHungDecodersThanAllowed_areFatalOnce_andGetNoReplacement() {
    start(2);
    List<Batch.Slot> hung = List.of(submitHanging(), submitHanging());
    giveUpAfter(TIMEOUT);

    assertThat(reports.abandoned).containsExactlyInAnyOrderElementsOf(hung);
    assertThat(reports.fatal)
        .singleElement()
        .returns(
            "2 decoders hang in native code, more than max-hung-decoders allows; restart the"
                + " instance",
            Throwable::getMessage);
    giveUpAfter(TIMEOUT);
    assertThat(reports.fatal).hasSize(1);
    assertThat(decoderThreads()).isEqualTo(2);
  }

  private long decoderThreads() {
    return decoders.stream().filter(decoder -> !decoder.closed).count();
  }

  @Test
  void asManyHungDecodersAsAllowed_areNotFatal_untilOneMoreHangs() {
    start(1);
    submitHanging();
    giveUpAfter(TIMEOUT);
    assertThat(reports.fatal).isEmpty();
    submitHanging();
    giveUpAfter(TIMEOUT);
    assertThat(reports.fatal).hasSize(1);
  }

  @Test
  void hungDecoderThatHasReturned_countsNoMore() {
    start(1);
    submitHanging();
    giveUpAfter(TIMEOUT);
    Decoder late = decoders.get(0);
    late.unhang.countDown();
    await().until(() -> late.closed);
    submitHanging();
    giveUpAfter(TIMEOUT);
    assertThat(reports.abandoned).hasSize(2);
    assertThat(reports.fatal).isEmpty();
  }

  @Test
  void threadWithoutAnImage_isNeverGivenUp() {
    start(2);
    submit(1);
    await().until(() -> !reports.decoded.isEmpty());
    giveUpAfter(TIMEOUT.multipliedBy(10));
    giveUpAfter(TIMEOUT.multipliedBy(10));
    assertThat(reports.abandoned).isEmpty();
    assertThat(decoders).hasSize(2);
  }

  @Test
  void report_comesWithoutThePoolsLock() {
    start(1);
    List<Boolean> locked = new CopyOnWriteArrayList<>();
    reports.onAbandoned = () -> locked.add(Thread.holdsLock(pool));
    submitHanging();
    giveUpAfter(TIMEOUT);
    assertThat(locked).containsExactly(false);
  }

  private static Runnable failing(Supplier<? extends RuntimeException> failure) {
    return () -> {
      throw failure.get();
    };
  }

  @Test
  void decoderThatFails_refusesItsImageAlone_andAnotherOneDecodesOn() {
    start(1);
    Decoder failing = decoders.get(0);
    failing.first = failing(() -> new IllegalStateException("a fault of ours\nand its details"));
    Batch.Slot bad = submit(1);
    Batch.Slot good = submit(3);
    await().until(() -> reports.decoded.size() == 2);

    assertThat(reports.decoded).containsExactly(bad, good);
    assertThat(reports.refusals)
        .singleElement()
        .returns(BadImageException.Reason.DECODER_FAILED, BadImageException::reason)
        .returns(
            "the decoder failed on this image, see the log: java.lang.IllegalStateException: a"
                + " fault of ours",
            BadImageException::getMessage);
    assertThat(good.pixels.get(0)).isEqualTo((byte) 3);
    assertThat(failing.closed).isTrue();
    assertThat(decoders).hasSize(2);
    assertThat(decoders.get(1).thread).isSameAs(failing.thread);
    assertThat(reports.fatal).isEmpty();
  }

  @Test
  void decoderThatOverflowsItsStack_refusesItsImageAlone() {
    start(1);
    decoders.get(0).first =
        () -> {
          throw new StackOverflowError();
        };
    submit(1);
    Batch.Slot good = submit(3);
    await().until(() -> reports.decoded.contains(good));

    assertThat(reports.refusals)
        .singleElement()
        .returns(BadImageException.Reason.DECODER_FAILED, BadImageException::reason);
    assertThat(reports.fatal).isEmpty();
  }

  @Test
  void lackOfMemory_isFatal_andNoImagesFault() {
    start(1);
    OutOfMemoryError failure = new OutOfMemoryError("the heap is full");
    decoders.get(0).first =
        () -> {
          throw failure;
        };
    submit(1);
    await().until(() -> !reports.fatal.isEmpty());

    assertThat(reports.fatal).containsExactly(failure);
    assertThat(reports.decoded).isEmpty();
    assertThat(reports.refusals).isEmpty();
  }

  @Test
  void decoderThatFailsToClose_isNotFatal() {
    start(1);
    Decoder decoder = decoders.get(0);
    decoder.first = failing(() -> new IllegalStateException("a fault of ours"));
    decoder.last = failing(() -> new IllegalStateException("it does not close"));
    submit(1);
    Batch.Slot good = submit(3);
    await().until(() -> reports.decoded.contains(good));
    pool.close();
    await().until(() -> !decoder.thread.isAlive());

    assertThat(reports.fatal).isEmpty();
  }

  @Test
  void decoderThatLeavesItsThreadInterrupted_doesNotEndIt() {
    start(1);
    Decoder decoder = decoders.get(0);
    decoder.first = () -> Thread.currentThread().interrupt();
    for (int i = 0; i < 3; i++) {
      Batch.Slot slot = submit(i);
      await().until(() -> reports.decoded.contains(slot));
    }
    assertThat(decoders).containsExactly(decoder);
    assertThat(decoder.closed).isFalse();
  }

  @Test
  void decoderThatFailsOtherwise_isFatal() {
    UnsatisfiedLinkError failure = new UnsatisfiedLinkError("no such function");
    start(
        1,
        () ->
            new ImageDecoder() {
              @Override
              public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
                throw failure;
              }

              @Override
              public void close() {}
            });
    submit(1);
    await().until(() -> !reports.fatal.isEmpty());
    assertThat(reports.fatal).containsExactly(failure);
    assertThat(reports.decoded).isEmpty();
  }

  @Test
  void decoderThatCannotBeMade_isFatal() {
    UnsatisfiedLinkError failure = new UnsatisfiedLinkError("no such library");
    start(
        1,
        () -> {
          throw failure;
        });
    await().until(() -> !reports.fatal.isEmpty());
    assertThat(reports.fatal).containsExactly(failure);
  }

  @Test
  void close_endsIdleThreadsAtOnce_andAHungOneWhenItsDecoderReturns() {
    start(2);
    submitHanging();
    pool.close();
    await().until(() -> decoderThreads() == 1);

    Decoder hung = decoders.stream().filter(decoder -> decoder.decoding).findAny().orElseThrow();
    hung.unhang.countDown();

    await().until(() -> hung.closed);
    assertThat(reports.fatal).isEmpty();
  }
}
