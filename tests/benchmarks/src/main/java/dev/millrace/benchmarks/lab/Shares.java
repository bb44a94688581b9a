package dev.millrace.benchmarks.lab;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Tells how evenly the instances of a Kafka Streams application share its partitions. */
final class Shares {

  private static final String THREAD = "-StreamThread-";

  private Shares() {}

  /**
   * Returns the partitions of each instance.
   *
   * @param byClient partitions of each consumer, by the consumer's client id. The client ids of an
   *     instance differ only in the number of the stream thread
   */
  static Map<String, Set<Integer>> byInstance(Map<String, Set<Integer>> byClient) {
    Map<String, Set<Integer>> byInstance = new TreeMap<>();
    byClient.forEach(
        (client, partitions) -> {
          int end = client.indexOf(THREAD);
          byInstance
              .computeIfAbsent(end < 0 ? client : client.substring(0, end), name -> new TreeSet<>())
              .addAll(partitions);
        });
    return byInstance;
  }

  /**
   * Returns whether there are {@code instances} shares, they cover all {@code partitions}
   * partitions, and no share has more than one partition more than another.
   */
  static boolean areEven(Collection<Set<Integer>> shares, int instances, int partitions) {
    int least = partitions / instances;
    int most = (partitions + instances - 1) / instances;
    return shares.size() == instances
        && shares.stream().mapToInt(Set::size).sum() == partitions
        && shares.stream().allMatch(share -> share.size() >= least && share.size() <= most);
  }
}
