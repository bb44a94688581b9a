package dev.millrace.service.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AudienceTest {

  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  private Audience audience(long lingerMillis) {
    return new Audience(
        () -> {
          opened.incrementAndGet();
          return closed::incrementAndGet;
        },
        lingerMillis);
  }

  @Test
  void watch_isOpenWhileSomebodyLooks() {
    try (Audience audience = audience(0)) {
      assertThat(audience.isWatching()).isFalse();
      assertThat(audience.enter()).isTrue();
      assertThat(audience.enter()).isTrue();
      await().until(audience::isWatching);
      audience.leave();
      assertThat(closed).hasValue(0);
      audience.leave();
      await().until(() -> !audience.isWatching());
      assertThat(opened).hasValue(1);
      assertThat(closed).hasValue(1);
    }
  }

  @Test
  void watch_staysOpenForTheNextStream() {
    try (Audience audience = audience(60_000)) {
      for (int i = 0; i < 3; i++) {
        assertThat(audience.enter()).isTrue();
        await().until(audience::isWatching);
        audience.leave();
      }
      assertThat(opened).hasValue(1);
    }
    assertThat(closed).hasValue(1);
  }

  @Test
  void tooManyStreams_areRefused() {
    try (Audience audience = audience(0)) {
      for (int i = 0; i < Audience.MOST; i++) {
        assertThat(audience.enter()).isTrue();
      }
      assertThat(audience.enter()).isFalse();
      audience.leave();
      assertThat(audience.enter()).isTrue();
    }
  }
}
