package dev.millrace.streams.internals;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.processor.internals.StreamThread;

/**
 * The last poll of a stream thread's consumer. The consumer's own metric tells its time, also if
 * Kafka Streams creates the consumer itself ({@code group.protocol=streams}). Confined to the
 * stream thread.
 */
public final class LastPoll {

  private static final String METRIC = "last-poll-seconds-ago";
  private static final String CLIENT = "client-id";
  private static final String MAIN = "-consumer";
  private static final String RESTORE = "-restore-consumer";

  /** The metric of the calling thread's consumer; null if it is not known yet. */
  private Metric metric;

  /**
   * {@return the time since the calling stream thread began its last poll, in whole seconds} It is
   * 0 if the calling thread is not a stream thread, for example in a {@code TopologyTestDriver}, or
   * if the thread has never polled.
   */
  public Duration ago() {
    if (metric == null && Thread.currentThread() instanceof StreamThread thread) {
      metric = of(thread.consumerMetrics());
    }
    boolean isKnown = metric != null && metric.metricValue() instanceof Double;
    return Duration.ofSeconds(isKnown ? Math.max(0, (long) (double) metric.metricValue()) : 0);
  }

  private static Metric of(Map<MetricName, ? extends Metric> metrics) {
    return metrics.entrySet().stream()
        .filter(metric -> isOfMainConsumer(metric.getKey()))
        .findFirst()
        .map(Map.Entry::getValue)
        .orElse(null);
  }

  private static boolean isOfMainConsumer(MetricName name) {
    String client = name.tags().getOrDefault(CLIENT, "");
    return name.name().equals(METRIC) && client.endsWith(MAIN) && !client.endsWith(RESTORE);
  }
}
