package dev.millrace.streams.internals;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.processor.internals.StreamThread;

/**
 * The last poll of a stream thread's consumer. The consumer's own metric tells its time, also if
 * Kafka Streams creates the consumer itself ({@code group.protocol=streams}).
 */
public final class LastPoll {

  private static final String METRIC = "last-poll-seconds-ago";
  private static final String CLIENT = "client-id";
  private static final String MAIN = "-consumer";
  private static final String RESTORE = "-restore-consumer";

  private LastPoll() {}

  /**
   * {@return the time since the calling stream thread began its last poll, in whole seconds} It is
   * 0 if the calling thread is not a stream thread, for example in a {@code TopologyTestDriver}, or
   * if the thread has never polled.
   */
  public static Duration ago() {
    if (!(Thread.currentThread() instanceof StreamThread thread)) {
      return Duration.ZERO;
    }
    double seconds = 0;
    for (Map.Entry<MetricName, ? extends Metric> metric : thread.consumerMetrics().entrySet()) {
      if (isOfMainConsumer(metric.getKey())
          && metric.getValue().metricValue() instanceof Double value) {
        seconds = value;
      }
    }
    return Duration.ofSeconds(Math.max(0, (long) seconds));
  }

  private static boolean isOfMainConsumer(MetricName name) {
    String client = name.tags().getOrDefault(CLIENT, "");
    return name.name().equals(METRIC) && client.endsWith(MAIN) && !client.endsWith(RESTORE);
  }
}
