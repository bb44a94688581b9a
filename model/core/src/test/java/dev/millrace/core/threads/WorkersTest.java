package dev.millrace.core.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WorkersTest {

  private static final List<Integer> ELEMENTS = IntStream.range(0, 1_000).boxed().toList();

  @Test
  void results_areInTheOrderOfTheElements() {
    try (Workers workers = new Workers("test")) {
      assertThat(workers.map(ELEMENTS, each -> 2 * each))
          .isEqualTo(ELEMENTS.stream().map(each -> 2 * each).toList());
    }
  }

  @Test
  void calls_areInProgressAtOnce() {
    CountDownLatch begun = new CountDownLatch(4);
    try (Workers workers = new Workers("test", 4)) {
      assertThat(workers.map(ELEMENTS.subList(0, 4), each -> isZeroAfter(begun)))
          .containsExactly(true, true, true, true);
    }
  }

  private static boolean isZeroAfter(CountDownLatch begun) {
    begun.countDown();
    try {
      return begun.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The caller closes the session that the calls use. A close during a run ends the process. */
  @Test
  void failure_isThrownAfterAllCallsHaveEnded() {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    try (Workers workers = new Workers("test", 4)) {
      assertThatThrownBy(
              () ->
                  workers.map(
                      ELEMENTS,
                      each -> {
                        begun.incrementAndGet();
                        if (each == 0) {
                          throw new IllegalArgumentException("the first fails");
                        }
                        return ended.incrementAndGet();
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the first fails");
      assertThat(ended).hasValue(begun.get() - 1);
    }
  }

  @Test
  void stopSignal_isReadBeforeEachCall_andEndsTheCalls() {
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    try (Workers workers = new Workers("test", 4)) {
      assertThat(
              workers.map(
                  ELEMENTS,
                  each -> {
                    begun.incrementAndGet();
                    return ended.incrementAndGet();
                  },
                  () -> asked.incrementAndGet() == 100))
          .isEmpty();
      assertThat(begun.get()).isLessThan(100);
      assertThat(ended).hasValue(begun.get());
    }
  }
}
