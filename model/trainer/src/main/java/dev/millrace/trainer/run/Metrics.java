package dev.millrace.trainer.run;

import dev.millrace.core.evaluation.Interval;
import dev.millrace.core.evaluation.Proportion;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names the figures of a manifest's metrics. */
final class Metrics {

  private Metrics() {}

  /**
   * {@return the ends of a value's 95 % confidence interval, as {@code name_low} and {@code
   * name_high}}
   */
  static Map<String, Double> ends(String name, Interval interval) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put(name + "_low", interval.low());
    metrics.put(name + "_high", interval.high());
    return metrics;
  }

  /**
   * {@return a share, the ends of its interval, and its number of images as {@code name_images}}
   */
  static Map<String, Double> share(String name, Proportion share, int images) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put(name, share.value());
    metrics.putAll(ends(name, share));
    metrics.put(name + "_images", (double) images);
    return metrics;
  }
}
