package dev.millrace.service.page;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The sizes of the last batches, from the engine's metric. Used by one thread. */
final class BatchSizes {

  /** Name of the metric that counts the images of each batch. */
  static final String METRIC = "millrace.inference.batch.size";

  private static final long WINDOW_NANOS = 10_000_000_000L;

  /**
   * The batches of the last 10 s.
   *
   * @param count number of batches
   * @param mean images per batch
   * @param sizes number of batches by size
   */
  record View(long count, double mean, List<Size> sizes) {}

  /**
   * Batches of similar size.
   *
   * @param upTo the largest size
   * @param count number of batches up to this size that are larger than the previous size
   */
  record Size(long upTo, long count) {}

  private record Totals(long time, double count, double images, Map<Double, Double> upTo) {}

  private final MeterRegistry registry;
  private final Deque<Totals> window = new ArrayDeque<>();

  BatchSizes(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Reads the metric.
   *
   * @param now the time, as {@link System#nanoTime}
   * @return the batches of the last 10 s, or null if there was none
   */
  View read(long now) {
    Totals last = totals(now);
    while (!window.isEmpty() && now - window.getFirst().time() > WINDOW_NANOS) {
      window.removeFirst();
    }
    window.add(last);
    Totals first = window.getFirst();
    double count = last.count() - first.count();
    if (count <= 0) {
      return null; // or a version went away together with its totals
    }
    double mean = Math.max(0, last.images() - first.images()) / count;
    return new View((long) count, Math.round(10 * mean) / 10.0, sizes(first, last));
  }

  private Totals totals(long now) {
    Collection<DistributionSummary> versions = registry.find(METRIC).summaries();
    double count = 0;
    double images = 0;
    Map<Double, Double> upTo = new TreeMap<>();
    for (DistributionSummary version : versions) {
      count += version.count();
      images += version.totalAmount();
      for (CountAtBucket bucket : version.takeSnapshot().histogramCounts()) {
        upTo.merge(bucket.bucket(), bucket.count(), Double::sum);
      }
    }
    return new Totals(now, count, images, upTo);
  }

  /** Returns the batches between two readings. The counts of the metric are cumulative. */
  private static List<Size> sizes(Totals first, Totals last) {
    List<Size> sizes = new ArrayList<>();
    double below = 0;
    for (Map.Entry<Double, Double> bucket : last.upTo().entrySet()) {
      double all = bucket.getValue() - first.upTo().getOrDefault(bucket.getKey(), 0.0);
      if (bucket.getKey() < Long.MAX_VALUE) {
        sizes.add(new Size(bucket.getKey().longValue(), (long) Math.max(0, all - below)));
      }
      below = all;
    }
    return sizes;
  }
}
