package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OwedAnswersTest {

  private static final long LONG = TimeUnit.MINUTES.toNanos(1);
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(1);

  private final Task first = new Task();
  private final Task second = new Task();
  private final OwedAnswers owed = new OwedAnswers(System::nanoTime);

  /** A task for tests, which set its next answer. */
  private static final class Task implements OwedAnswers.Debtor {
    private CompletableFuture<String> next;

    @Override
    public CompletableFuture<String> next() {
      return next;
    }
  }

  @Test
  void any_isTrueWhileATaskHasAnImageInFlight() {
    owed.add(first);
    owed.add(second);
    assertThat(owed.any()).isFalse();

    second.next = new CompletableFuture<>();
    assertThat(owed.any()).isTrue();

    owed.remove(second);
    assertThat(owed.any()).isFalse();
  }

  @Test
  void await_findsAnAnswerBehindOneThatIsOpen() {
    owed.add(first);
    owed.add(second);
    first.next = new CompletableFuture<>();
    second.next = CompletableFuture.completedFuture("cat");

    assertThat(owed.await(LONG)).isTrue();
  }

  @Test
  void await_returnsWhenTheAnswerComes_evenIfItIsAFailure() {
    owed.add(first);
    first.next = new CompletableFuture<>();
    CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS)
        .execute(() -> first.next.completeExceptionally(new IllegalStateException("device")));

    long start = System.nanoTime();
    assertThat(owed.await(LONG)).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void await_givesUpInTime() {
    owed.add(first);
    first.next = new CompletableFuture<>();

    assertThat(owed.await(SHORT)).isFalse();
  }

  @Test
  void await_hasNothingToWaitFor_ifNoImageIsInFlight() {
    owed.add(first);

    assertThat(owed.await(LONG)).isFalse();
  }

  @Test
  void await_returnsIfTheThreadIsInterrupted_andLeavesItSo() {
    owed.add(first);
    first.next = new CompletableFuture<>();
    Thread.currentThread().interrupt();

    assertThat(owed.await(LONG)).isTrue();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void eachThread_owesItsOwn() throws Exception {
    OwedAnswers ours = OwedAnswers.ofThisThread();
    assertThat(OwedAnswers.ofThisThread()).isSameAs(ours);
    assertThat(CompletableFuture.supplyAsync(OwedAnswers::ofThisThread).get()).isNotSameAs(ours);
  }
}
