package dev.millrace.streams.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageReference;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests a pool of two threads. The pool's clock stands still unless a test moves it. */
@Timeout(30)
class FetchPoolTest {

  private static final FetchedImage IMAGE = new FetchedImage(new byte[] {1, 2, 3}, "7");

  /** A reference without a URI scheme. All references without a scheme have the same origin. */
  private static final ImageReference ANY = new ImageReference("any", null);

  private final AtomicLong clock = new AtomicLong(7);
  private final AtomicInteger requests = new AtomicInteger();
  private final Semaphore answers = new Semaphore(1_000);
  private volatile boolean working = true;

  private final FetchPool pool = new FetchPool(this::answer, 2, clock::get);

  private FetchedImage answer(ImageReference reference) throws IOException, InterruptedException {
    requests.incrementAndGet();
    answers.acquire();
    if (reference.uri().equals("missing")) {
      throw new BadImageException(BadImageException.Reason.EMPTY, "it does not exist");
    }
    if (reference.uri().equals("huge")) {
      throw new OutOfMemoryError("the heap is full");
    }
    if (!working || reference.uri().endsWith("cursed")) {
      throw new IOException("the store refuses connections");
    }
    return reference.uri().equals("nothing") ? new FetchedImage(new byte[0]) : IMAGE;
  }

  @AfterEach
  void close() {
    pool.close();
  }

  /** Takes a turn for a fetch. Fails if there is no free turn at once. */
  private void turn() throws InterruptedException {
    pool.awaitTurn(ANY, clock.get());
  }

  private CompletableFuture<FetchedImage> begin(String uri) throws InterruptedException {
    ImageReference reference = new ImageReference(uri, null);
    pool.awaitTurn(reference, clock.get());
    return pool.fetch(reference);
  }

  private static FetchedImage get(CompletableFuture<FetchedImage> image) throws Exception {
    return image.get(20, TimeUnit.SECONDS);
  }

  private void failFetch() throws InterruptedException {
    CompletableFuture<FetchedImage> image = begin("image");
    assertThatThrownBy(() -> get(image))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(FetchStalledException.class)
        .hasMessageContaining("the store refuses connections");
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  private void assertNoTurn(String why) {
    assertThatThrownBy(this::turn).isInstanceOf(FetchStalledException.class).hasMessage(why);
  }

  @Test
  void image_isFetched() throws Exception {
    assertThat(get(begin("image"))).isEqualTo(IMAGE);
    assertThat(pool.problem()).isEmpty();
  }

  @Test
  void turns_areAsManyAsThreads() throws Exception {
    answers.drainPermits();
    CompletableFuture<FetchedImage> first = begin("first");
    CompletableFuture<FetchedImage> second = begin("second");
    assertNoTurn("images are fetched slowly: 2 fetches are running");

    answers.release(1_000);
    get(first);
    get(second);

    assertThat(get(begin("third"))).isEqualTo(IMAGE);
  }

  @Test
  void turn_isWaitedFor() throws Exception {
    answers.drainPermits();
    CompletableFuture<FetchedImage> first = begin("first");
    CompletableFuture<FetchedImage> second = begin("second");
    answers.release(1);

    pool.awaitTurn(ANY, clock.get() + Duration.ofMinutes(1).toNanos());

    assertThat(CompletableFuture.anyOf(first, second).get(20, TimeUnit.SECONDS)).isEqualTo(IMAGE);
  }

  @Test
  void storeThatIsAway_isAskedAgainAfterAPause_thatDoubles() throws Exception {
    working = false;
    failFetch();
    assertThat(pool.problem()).contains("the store refuses connections");
    assertNoTurn("the store refuses connections");

    pass(Duration.ofMillis(999));
    assertNoTurn("the store refuses connections");
    pass(Duration.ofMillis(1));
    failFetch();

    pass(Duration.ofMillis(1_999));
    assertNoTurn("the store refuses connections");
    pass(Duration.ofMillis(1));
    working = true;
    assertThat(get(begin("image"))).isEqualTo(IMAGE);
    assertThat(pool.problem()).isEmpty();
    assertThat(get(begin("image"))).isEqualTo(IMAGE);

    working = false;
    failFetch();
    pass(Duration.ofSeconds(1));
    turn(); // the first pause is one second again
  }

  @Test
  void pause_isAtMostHalfAMinute() throws Exception {
    working = false;
    failFetch();
    for (int i = 0; i < 10; i++) {
      pass(Duration.ofSeconds(30));
      failFetch();
    }
  }

  @Test
  void onlyOneFetch_probesTheStore() throws Exception {
    working = false;
    failFetch();
    pass(Duration.ofSeconds(1));
    answers.drainPermits();

    CompletableFuture<FetchedImage> probe = begin("probe");

    assertNoTurn("the store refuses connections");
    working = true;
    answers.release(1_000);
    assertThat(get(probe)).isEqualTo(IMAGE);
    turn();
    turn();
  }

  @Test
  void fetchesThatFailTogether_makeOnePause() throws Exception {
    working = false;
    answers.drainPermits();
    CompletableFuture<FetchedImage> first = begin("first");
    CompletableFuture<FetchedImage> second = begin("second");
    answers.release(1_000);
    assertThatThrownBy(() -> get(first)).hasCauseInstanceOf(FetchStalledException.class);
    assertThatThrownBy(() -> get(second)).hasCauseInstanceOf(FetchStalledException.class);

    pass(Duration.ofSeconds(1));

    failFetch();
  }

  @Test
  void refusal_isTheRecordsFault_andShowsThatTheStoreWorks() throws Exception {
    working = false;
    failFetch();
    pass(Duration.ofSeconds(1));

    CompletableFuture<FetchedImage> missing = begin("missing");

    assertThatThrownBy(() -> get(missing))
        .hasCauseInstanceOf(BadImageException.class)
        .hasMessageContaining("it does not exist");
    assertThat(pool.problem()).isEmpty();
  }

  private void failAlone() throws Exception {
    CompletableFuture<FetchedImage> cursed = begin("cursed");
    assertThatThrownBy(() -> get(cursed)).hasCauseInstanceOf(FetchStalledException.class);
    pass(Duration.ofSeconds(30));
    assertThat(get(begin("image"))).isEqualTo(IMAGE);
  }

  @Test
  void imageThatFailsAloneForMinutes_isRefused() throws Exception {
    failAlone(); // perhaps the store was away and works again
    for (int i = 0; i < 10; i++) {
      failAlone();
    }

    CompletableFuture<FetchedImage> cursed = begin("cursed");

    assertThatThrownBy(() -> get(cursed))
        .hasCauseInstanceOf(BadImageException.class)
        .hasMessageContaining(
            "other images are fetched from the same place, but this one failed 11 times in 5"
                + " minutes: the store refuses connections");
    assertThat(pool.problem()).isEmpty();
  }

  /** A part of the store may be away for a moment. */
  @Test
  void imageThatFailsAloneForAMoment_isKept() throws Exception {
    for (int i = 0; i < 10; i++) {
      failAlone();
    }
    CompletableFuture<FetchedImage> cursed = begin("cursed");

    assertThatThrownBy(() -> get(cursed)).hasCauseInstanceOf(FetchStalledException.class);
    assertThat(pool.problem())
        .contains("cursed cannot be fetched, but other images can: the store refuses connections");
  }

  /** Only the image's own partition asks for images of this origin. */
  @Test
  void originThatStillWorks_isNotAway_ifNoOtherImageIsWanted() throws Exception {
    ImageReference cursed = new ImageReference("s3://photos/cursed", null);
    get(begin("s3://photos/image"));
    CompletableFuture<FetchedImage> failing = begin("s3://photos/cursed");
    assertThatThrownBy(() -> get(failing)).hasCauseInstanceOf(FetchStalledException.class);

    pass(Duration.ofMillis(1_500));
    assertThat(pool.isAway(cursed)).isTrue();

    await().until(() -> !pool.isAway(cursed));
    assertThat(requests).hasValue(3);
  }

  /** Otherwise, the task would give up its work once more for an image that fails alone. */
  @Test
  void missingImage_isMissing_untilItIsFetchedItself() throws Exception {
    ImageReference late = new ImageReference("late", null);
    get(begin("image"));
    working = false;
    CompletableFuture<FetchedImage> failing = begin("late");
    assertThatThrownBy(() -> get(failing)).hasCauseInstanceOf(FetchStalledException.class);

    working = true;
    pass(Duration.ofMillis(1_500));
    assertThat(pool.isMissing(late)).isTrue();
    await().until(() -> !pool.isAway(late)); // another image was fetched
    assertThat(pool.isMissing(late)).isTrue();
    assertThat(pool.problem())
        .contains("late cannot be fetched, but other images can: the store refuses connections");
    pass(Duration.ofSeconds(1));

    await().until(() -> !pool.isMissing(late));
    assertThat(requests).hasValue(4);
    assertThat(pool.problem()).isEmpty();
  }

  /** Without held partitions, a task waits for its turn with the image that failed. */
  @Test
  void turnOfAnImageThatFails_beginsWithAnImageThatWorked() throws Exception {
    get(begin("image"));
    CompletableFuture<FetchedImage> failing = begin("cursed");
    assertThatThrownBy(() -> get(failing)).hasCauseInstanceOf(FetchStalledException.class);
    pass(Duration.ofSeconds(1));

    pool.awaitTurn(new ImageReference("cursed", null), clock.get() + 1_000_000_000);

    assertThat(requests).hasValue(3);
    assertThat(pool.isAway(ANY)).isFalse();
  }

  @Test
  void imageThatFailsAlone_stopsNoOther() throws Exception {
    failAlone();
    failAlone();
    CompletableFuture<FetchedImage> cursed = begin("cursed");
    assertThatThrownBy(() -> get(cursed)).hasCauseInstanceOf(FetchStalledException.class);

    assertThat(pool.isAway(new ImageReference("cursed", null))).isTrue();
    assertThat(pool.isAway(ANY)).isFalse();
    turn();
  }

  @Test
  void originThatIsAway_stopsNoOther() throws Exception {
    CompletableFuture<FetchedImage> cursed = begin("s3://away/cursed");
    assertThatThrownBy(() -> get(cursed)).hasCauseInstanceOf(FetchStalledException.class);

    assertThat(pool.isAway(new ImageReference("s3://away/image", null))).isTrue();
    assertThatThrownBy(() -> begin("S3://away/image")).isInstanceOf(FetchStalledException.class);
    assertThat(pool.isAway(new ImageReference("s3://works/image", null))).isFalse();
    assertThat(get(begin("s3://works/image"))).isEqualTo(IMAGE);
    assertThat(get(begin("https://away/image"))).isEqualTo(IMAGE);
    assertThat(pool.problem()).contains("the store refuses connections");

    pass(Duration.ofSeconds(1));
    assertThat(get(begin("s3://away/image"))).isEqualTo(IMAGE);
    assertThat(pool.isAway(new ImageReference("s3://away/image", null))).isFalse();
    assertThat(pool.problem()).isEmpty();
  }

  @Test
  void questionWhetherAnOriginIsAway_findsOut() throws Exception {
    ImageReference image = new ImageReference("image", null);
    working = false;
    failFetch();
    int asked = requests.get();

    assertThat(pool.isAway(image)).isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(pool.isAway(image)).as("other images may be fetched first").isTrue();
    assertThat(requests).hasValue(asked);
    pass(Duration.ofMillis(500));
    assertThat(pool.isAway(image)).isTrue();
    await().until(() -> requests.get() == asked + 1);
    await().untilAsserted(() -> assertNoTurn("the store refuses connections"));

    pass(Duration.ofSeconds(2));
    working = true;
    assertThat(pool.isAway(new ImageReference("other", null))).isTrue();
    await().until(() -> !pool.isAway(image));
    assertThat(requests).hasValue(asked + 2);
    assertThat(pool.problem()).isEmpty();
  }

  @Test
  void emptyImage_isRefused() throws Exception {
    CompletableFuture<FetchedImage> nothing = begin("nothing");

    assertThatThrownBy(() -> get(nothing))
        .hasCauseInstanceOf(BadImageException.class)
        .hasMessageContaining("the image is empty");
  }

  @Test
  void cancelledFetch_doesNotBegin_andFreesItsTurn() throws Exception {
    try (FetchPool one =
        new FetchPool(
            reference -> {
              answers.acquire();
              return IMAGE;
            },
            2,
            clock::get)) {
      answers.drainPermits();
      one.awaitTurn(ANY, clock.get());
      CompletableFuture<FetchedImage> running = one.fetch(new ImageReference("running", null));
      one.awaitTurn(ANY, clock.get());
      CompletableFuture<FetchedImage> other = one.fetch(new ImageReference("other", null));
      other.cancel(false);
      answers.release(1_000);
      get(running);

      one.awaitTurn(ANY, clock.get() + Duration.ofMinutes(1).toNanos());
      one.awaitTurn(ANY, clock.get() + Duration.ofMinutes(1).toNanos());
    }
  }

  @Test
  void imageThatDoesNotFitInMemory_failsItsTask_andFreesItsTurn() throws Exception {
    for (int i = 0; i < 3; i++) {
      CompletableFuture<FetchedImage> huge = begin("huge");
      assertThatThrownBy(() -> get(huge)).hasCauseInstanceOf(OutOfMemoryError.class);
    }

    assertThat(pool.problem()).isEmpty();
    turn();
    turn();
  }

  @Test
  void imageThatDoesNotFitInMemory_doesNotShowThatTheStoreWorks() throws Exception {
    working = false;
    failFetch();
    pass(Duration.ofSeconds(1));

    CompletableFuture<FetchedImage> huge = begin("huge");

    assertThatThrownBy(() -> get(huge)).hasCauseInstanceOf(OutOfMemoryError.class);
    assertThat(pool.problem()).contains("the store refuses connections");
    assertNoTurn("the store refuses connections");
    pass(Duration.ofSeconds(2));
    failFetch();
  }

  /** Otherwise, the origin would wait for ever for the end of this fetch. */
  @Test
  void endOfAFetch_isNoted_whileTheHeapIsFull() throws Exception {
    AtomicBoolean full = new AtomicBoolean();
    ImageFetcher filling =
        new ImageFetcher() {
          @Override
          public FetchedImage fetch(ImageReference reference)
              throws IOException, InterruptedException {
            full.set(reference.uri().equals("huge"));
            return answer(reference);
          }

          @Override
          public String origin(ImageReference reference) {
            if (full.get()) {
              throw new OutOfMemoryError("the heap is full");
            }
            return "store";
          }
        };
    try (FetchPool other = new FetchPool(filling, 2, clock::get)) {
      other.awaitTurn(ANY, clock.get());
      CompletableFuture<FetchedImage> huge = other.fetch(new ImageReference("huge", null));
      assertThatThrownBy(() -> get(huge)).hasCauseInstanceOf(OutOfMemoryError.class);
      full.set(false);
      working = false;
      other.awaitTurn(ANY, clock.get());
      CompletableFuture<FetchedImage> failing = other.fetch(ANY);
      assertThatThrownBy(() -> get(failing)).hasCauseInstanceOf(FetchStalledException.class);

      working = true;
      pass(Duration.ofSeconds(30));
      other.awaitTurn(ANY, clock.get());
      assertThat(get(other.fetch(ANY))).isEqualTo(IMAGE);
    }
  }

  @Test
  void fetchesThatHang_areAProblem() throws Exception {
    answers.drainPermits();
    var unusedFirst = begin("s3://photos/1");
    pass(Duration.ofMinutes(1));
    await().until(() -> requests.get() == 1);
    assertThat(pool.problem()).isEmpty(); // another image can be fetched
    var unusedSecond = begin("https://a.example/2");
    await().until(() -> requests.get() == 2);
    pass(Duration.ofSeconds(5));
    assertThat(pool.problem()).isEmpty();
    pass(Duration.ofSeconds(1));
    assertThat(pool.problem())
        .contains(
            "no fetch has ended for 6 s, and all 2 threads are busy (fetches from"
                + " https://a.example: 1, s3://photos: 1)");

    answers.release(1_000);

    await().until(() -> pool.problem().isEmpty());
  }

  @Test
  void threadThatCannotBeStarted_failsTheFetch_andFreesItsTurn() throws Exception {
    try (FetchPool full =
        new FetchPool(
            reference -> IMAGE,
            1,
            clock::get,
            work -> {
              throw new InternalError("unable to create native thread");
            })) {
      for (int i = 0; i < 2; i++) {
        full.awaitTurn(ANY, clock.get());
        CompletableFuture<FetchedImage> image = full.fetch(ANY);
        assertThatThrownBy(() -> get(image))
            .hasCauseInstanceOf(FetchStalledException.class)
            .hasMessageContaining("no thread can be started");
        pass(Duration.ofSeconds(30));
      }
    }
  }

  @Test
  void closedPool_fetchesNothing() throws Exception {
    turn();
    pool.close();

    CompletableFuture<FetchedImage> image = pool.fetch(ANY);

    assertThatThrownBy(() -> get(image)).hasCauseInstanceOf(FetchStalledException.class);
    assertThat(requests).hasValue(0);
  }

  /** A fetch waits for a thread while the threads pass on the images that they have fetched. */
  @Test
  void close_endsTheFetchesThatWaitForAThread() throws Exception {
    answers.drainPermits();
    var unusedFirst = begin("first").thenRun(FetchPoolTest::waitForTheClose);
    var unusedSecond = begin("second").thenRun(FetchPoolTest::waitForTheClose);
    await().until(() -> requests.get() == 2);
    answers.release(1_000);
    pool.awaitTurn(ANY, clock.get() + Duration.ofMinutes(1).toNanos());
    CompletableFuture<FetchedImage> waiting = pool.fetch(ANY);

    pool.close();

    assertThatThrownBy(() -> get(waiting)).hasCauseInstanceOf(FetchStalledException.class);
    assertThat(requests).hasValue(2);
  }

  private static void waitForTheClose() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void poolWithoutThreads_isRefused() {
    assertThatThrownBy(() -> new FetchPool(reference -> IMAGE, 0, clock::get))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("concurrency: 0 must be at least 1");
  }
}
