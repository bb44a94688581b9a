package dev.millrace.service.page;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks the brokers how many records the whole group, with all instances, has not processed yet.
 *
 * @param admin the admin client, which the caller closes
 * @param group the group's id
 */
record Lag(Admin admin, String group) {

  private static final long PATIENCE_SECONDS = 5;

  private static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  /**
   * Returns the number of records of each partition that lie after the committed offset. Partitions
   * without a committed offset are missing.
   *
   * @throws ExecutionException if the brokers refuse an answer
   * @throws TimeoutException if they do not answer within 5 s
   */
  Map<TopicPartition, Long> read()
      throws ExecutionException, TimeoutException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> committed =
        get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    committed.values().removeIf(offset -> offset == null);
    Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> ends =
        get(
            admin
                .listOffsets(
                    committed.keySet().stream()
                        .collect(
                            Collectors.toMap(
                                partition -> partition, partition -> OffsetSpec.latest())))
                .all());
    Map<TopicPartition, Long> lag = new TreeMap<>(BY_NAME);
    committed.forEach(
        (partition, offset) ->
            lag.put(partition, Math.max(0, ends.get(partition).offset() - offset.offset())));
    return lag;
  }

  private static <T> T get(KafkaFuture<T> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
