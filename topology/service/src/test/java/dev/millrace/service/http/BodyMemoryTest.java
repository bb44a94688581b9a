package dev.millrace.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.service.http.infer.RefusedRequestException;
import org.junit.jupiter.api.Test;

class BodyMemoryTest {

  private static final int HALF = 512 << 10;

  private final BodyMemory memory = new BodyMemory(2 * HALF);

  private void assertRefused(int bytes) {
    assertThatThrownBy(() -> memory.take(bytes))
        .isInstanceOfSatisfying(
            RefusedRequestException.class, e -> assertThat(e.status()).isEqualTo(429));
  }

  @Test
  void bodies_haveNoMoreMemoryThanThereIs() {
    try (BodyMemory.Share first = memory.take(HALF)) {
      assertRefused(HALF + 1);
      memory.take(HALF).close();
    }
    memory.take(2 * HALF).close();
  }

  /** Because a small body counts as a larger body, the number of requests is bounded, too. */
  @Test
  void smallBody_countsAsALargerOne() {
    BodyMemory.Share small = memory.take(0);
    memory.take(HALF + HALF / 2).close();
    assertRefused(HALF + HALF / 2 + 1);
    small.close();
    memory.take(2 * HALF).close();
  }
}
