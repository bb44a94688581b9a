package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.events.ImageReference;
import dev.millrace.streams.fetch.FetchedImage;
import dev.millrace.streams.fetch.ImageFetcher;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InferenceMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong clock = new AtomicLong(1_000);
  private final InferenceMetrics metrics =
      new InferenceMetrics(registry, Tags.of("model", "fake"), clock::get);

  private DistributionSummary summary(String name) {
    return registry
        .get("millrace.inference." + name + ".duration.us")
        .tag("model", "fake")
        .summary();
  }

  @Test
  void forwarding_isRecordedInMicroseconds_andInTotal() {
    clock.set(10_000);
    metrics.forwarded(1_000, 4_000);

    assertThat(summary("forward").totalAmount()).isEqualTo(6);
    assertThat(summary("total").totalAmount()).isEqualTo(9);
  }

  @Test
  void fetch_isRecordedInMicroseconds_alsoIfItFails() throws Exception {
    ImageFetcher works =
        metrics.measured(
            reference -> {
              clock.addAndGet(3_000);
              return new FetchedImage(new byte[] {1});
            });
    ImageFetcher fails =
        metrics.measured(
            reference -> {
              clock.addAndGet(5_000);
              throw new IOException("away");
            });

    assertThat(works.fetch(null).encoded()).hasSize(1);
    assertThatThrownBy(() -> fails.fetch(null)).hasMessage("away");

    assertThat(summary("fetch").count()).isEqualTo(2);
    assertThat(summary("fetch").totalAmount()).isEqualTo(8);
  }

  @Test
  void measuredFetcher_keepsItsOriginsAndItsTimeLimit() {
    ImageFetcher fetcher =
        new ImageFetcher() {
          @Override
          public FetchedImage fetch(ImageReference reference) {
            return new FetchedImage(new byte[] {1});
          }

          @Override
          public String origin(ImageReference reference) {
            return "the place of " + reference.uri();
          }

          @Override
          public Duration timeLimit() {
            return Duration.ofSeconds(7);
          }
        };

    ImageFetcher measured = metrics.measured(fetcher);

    assertThat(measured.origin(new ImageReference("x", null))).isEqualTo("the place of x");
    assertThat(measured.timeLimit()).isEqualTo(Duration.ofSeconds(7));
  }
}
