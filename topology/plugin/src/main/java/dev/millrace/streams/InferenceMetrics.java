package dev.millrace.streams;

import dev.millrace.events.ImageReference;
import dev.millrace.streams.fetch.FetchedImage;
import dev.millrace.streams.fetch.ImageFetcher;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The times that an image spends outside of the engine, as histograms in microseconds. The meters
 * have no version tag, because only the engine knows the version. Inferences of one model share the
 * meters of a registry. The meters stay in the registry when an inference is closed. Thread-safe.
 */
final class InferenceMetrics {

  /** The upper bounds of the buckets, in microseconds: from 0.1 ms to 5 s. */
  private static final double[] MICROSECONDS = {100, 1e3, 5e3, 25e3, 100e3, 1e6, 5e6};

  /**
   * The upper bounds of the buckets for the total time, in microseconds: from 1 ms to 60 s. This
   * histogram has more buckets, because users of a stream experience the total time.
   */
  private static final double[] TOTAL_MICROSECONDS = {
    1e3, 5e3, 10e3, 25e3, 50e3, 100e3, 250e3, 500e3, 1e6, 5e6, 10e6, 60e6
  };

  private static final double NANOS = 1e3;

  private final DistributionSummary fetch;
  private final DistributionSummary forward;
  private final DistributionSummary total;
  private final LongSupplier nanoTime;

  /**
   * @param registry receives the meters; the caller keeps and closes it
   * @param tags the tags of the meters
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  InferenceMetrics(MeterRegistry registry, Tags tags, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.fetch =
        histogram(
            registry,
            tags,
            "fetch",
            MICROSECONDS,
            "Time to fetch an image that a record refers to, also if it fails");
    this.forward =
        histogram(
            registry,
            tags,
            "forward",
            MICROSECONDS,
            "Time to make a result and to hand it to the next processors and the producer");
    this.total =
        histogram(
            registry,
            tags,
            "total",
            TOTAL_MICROSECONDS,
            "Time from the start of a record's processing until its result is forwarded");
  }

  private static DistributionSummary histogram(
      MeterRegistry registry, Tags tags, String name, double[] buckets, String description) {
    return DistributionSummary.builder("millrace.inference." + name + ".duration.us")
        .description(description)
        .serviceLevelObjectives(buckets)
        .tags(tags)
        .register(registry);
  }

  /** {@return the time on the clock, in ns} */
  long now() {
    return nanoTime.getAsLong();
  }

  /**
   * Records that a result was forwarded just now.
   *
   * @param processedAt when the processing of the record began, in ns on the clock
   * @param forwardingAt when forwarding began, in ns on the clock
   */
  void forwarded(long processedAt, long forwardingAt) {
    long now = now();
    forward.record((now - forwardingAt) / NANOS);
    total.record((now - processedAt) / NANOS);
  }

  /** Returns a fetcher whose fetches are measured. */
  ImageFetcher measured(ImageFetcher fetcher) {
    return new ImageFetcher() {
      @Override
      public FetchedImage fetch(ImageReference reference) throws IOException, InterruptedException {
        long start = now();
        try {
          return fetcher.fetch(reference);
        } finally {
          InferenceMetrics.this.fetch.record((now() - start) / NANOS);
        }
      }

      @Override
      public String origin(ImageReference reference) {
        return fetcher.origin(reference);
      }

      @Override
      public Duration timeLimit() {
        return fetcher.timeLimit();
      }
    };
  }
}
