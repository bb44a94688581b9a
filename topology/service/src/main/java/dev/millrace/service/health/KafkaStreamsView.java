package dev.millrace.service.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.TaskMetadata;
import org.apache.kafka.streams.ThreadMetadata;

/**
 * Reads the state of a Kafka Streams client from its public metadata and its metrics. Thread-safe.
 */
final class KafkaStreamsView implements StreamsView {

  private static final Set<KafkaStreams.State> AT_WORK =
      Set.of(KafkaStreams.State.RUNNING, KafkaStreams.State.REBALANCING);

  private final KafkaStreams streams;
  private final int threads;

  /**
   * Creates the view of a client.
   *
   * @param threads number of stream threads that the client should have
   */
  KafkaStreamsView(KafkaStreams streams, int threads) {
    this.streams = streams;
    this.threads = threads;
  }

  @Override
  public boolean isAtWork() {
    return AT_WORK.contains(streams.state());
  }

  @Override
  public boolean isWhole() {
    return streams.state() == KafkaStreams.State.RUNNING
        && streams.metadataForLocalThreads().stream()
                .filter(thread -> thread.threadState().equals("RUNNING"))
                .count()
            >= threads;
  }

  @Override
  public Collection<PartitionProgress.Sample> partitions() {
    List<PartitionProgress.Sample> samples = new ArrayList<>();
    for (ThreadMetadata thread : streams.metadataForLocalThreads()) {
      for (TaskMetadata task : thread.activeTasks()) {
        for (TopicPartition partition : task.topicPartitions()) {
          samples.add(
              new PartitionProgress.Sample(
                  partition,
                  task.committedOffsets().getOrDefault(partition, PartitionProgress.UNKNOWN),
                  task.endOffsets().getOrDefault(partition, PartitionProgress.UNKNOWN)));
        }
      }
    }
    return samples;
  }

  /**
   * Reads the consumers' metric {@code last-poll-seconds-ago} (KIP-517). The metric is -1 before
   * the first poll. A consumer that closes removes its metric.
   */
  @Override
  public Duration longestSilence() {
    double seconds =
        streams.metrics().values().stream()
            .filter(metric -> metric.metricName().name().equals("last-poll-seconds-ago"))
            .filter(metric -> metric.metricName().group().equals("consumer-metrics"))
            .mapToDouble(metric -> ((Number) metric.metricValue()).doubleValue())
            .max()
            .orElse(0);
    return Duration.ofMillis((long) (1000 * Math.max(0, seconds)));
  }
}
