package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
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

  /** The caller closes the session that the calls use. A close during a run ends the process. */
  @Test
  void failure_isThrownAfterAllCallsHaveEnded() {
    AtomicInteger ended = new AtomicInteger();
    try (Workers workers = new Workers("test")) {
      assertThatThrownBy(
              () ->
                  workers.map(
                      ELEMENTS,
                      each -> {
                        if (each == 0) {
                          throw new IllegalArgumentException("the first fails");
                        }
                        return ended.incrementAndGet();
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the first fails");
      assertThat(ended).hasValue(ELEMENTS.size() - 1);
    }
  }
}
