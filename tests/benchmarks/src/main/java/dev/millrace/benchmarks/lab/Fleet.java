package dev.millrace.benchmarks.lab;

import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.service.bench.BenchmarkException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * Instances of Millrace that share the partitions of a topic. All of them are in one group, and
 * each of them is in a JVM of its own. Not thread-safe.
 */
public final class Fleet implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration LOOK = Duration.ofMillis(50);

  private record Instance(ContenderProcess process, ContenderProcess.Work work) {}

  private final Lab lab;
  private final Settings settings;
  private final Feed feed;
  private final Admin admin;
  private final Deque<Instance> instances = new ArrayDeque<>();

  /**
   * Creates a group without instances.
   *
   * @param wanted the instances' settings; the guarantee is at least once, because the number of
   *     predictions is read from the offsets of the output topic
   * @param feed images that the instances classify
   */
  public Fleet(Lab lab, Settings wanted, Feed feed) throws InterruptedException {
    if (wanted.exactlyOnce()) {
      throw new IllegalArgumentException("the guarantee must be at least once");
    }
    this.lab = lab;
    this.settings = lab.prepare(wanted, feed);
    this.feed = feed;
    this.admin = Admin.create(Map.of("bootstrap.servers", lab.bootstrapServers()));
  }

  /** Returns the number of instances. */
  public int size() {
    return instances.size();
  }

  /** Starts one more instance. It may still be joining the group when this method returns. */
  public void add() throws IOException, InterruptedException {
    ContenderProcess process = ContenderProcess.start(lab, Contender.MILLRACE, settings, feed, 0);
    instances.addLast(new Instance(process, process.begin(settings)));
  }

  /** Stops the newest instance, which leaves the group as {@code serve} does after SIGTERM. */
  public void remove() throws InterruptedException {
    Instance newest = instances.removeLast();
    newest.work().close();
    newest.process().close();
  }

  /**
   * Waits until the instances share the partitions evenly. Then waits until each instance has
   * answered an image from one of its partitions.
   *
   * @throws BenchmarkException if this takes longer than ten minutes
   */
  public void awaitShares() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    Collection<Set<Integer>> shares = shares();
    while (!Shares.areEven(shares, instances.size(), feed.partitions())) {
      pause(end, "do not share the partitions evenly, but have " + shares);
      shares = shares();
    }
    Map<Integer, Long> before = offsets();
    while (!haveGrown(shares, before, offsets())) {
      pause(end, "do not all answer images");
    }
  }

  private static boolean haveGrown(
      Collection<Set<Integer>> shares, Map<Integer, Long> before, Map<Integer, Long> now) {
    return shares.stream()
        .allMatch(share -> share.stream().anyMatch(number -> now.get(number) > before.get(number)));
  }

  private void pause(long end, String what) throws InterruptedException {
    instances.forEach(instance -> instance.process().child().requireAlive());
    if (System.nanoTime() - end > 0) {
      throw instances
          .getFirst()
          .process()
          .child()
          .failed(
              "is the oldest of "
                  + instances.size()
                  + " that "
                  + what
                  + " after "
                  + PATIENCE.toSeconds()
                  + " s");
    }
    Thread.sleep(LOOK.toMillis());
  }

  private Collection<Set<Integer>> shares() throws InterruptedException {
    Map<String, Set<Integer>> byClient = new HashMap<>();
    try {
      ConsumerGroupDescription group =
          admin
              .describeConsumerGroups(List.of(settings.group()))
              .describedGroups()
              .get(settings.group())
              .get();
      if (group.groupState() == GroupState.STABLE) {
        for (MemberDescription member : group.members()) {
          byClient.put(
              member.clientId(),
              member.assignment().topicPartitions().stream()
                  .map(TopicPartition::partition)
                  .collect(Collectors.toSet()));
        }
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw new BenchmarkException("cannot read the group's members: " + e.getCause());
      }
    }
    return Shares.byInstance(byClient).values();
  }

  /**
   * Returns the number of predictions so far.
   *
   * @throws BenchmarkException if a partition has no image left, because then the instances are no
   *     longer busy
   */
  public long predictions() throws InterruptedException {
    long sum = 0;
    int most = feed.images() / feed.partitions();
    for (long count : offsets().values()) {
      if (count >= most) {
        throw new BenchmarkException("the images of a partition have run out");
      }
      sum += count;
    }
    return sum;
  }

  private Map<Integer, Long> offsets() throws InterruptedException {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (int i = 0; i < feed.partitions(); i++) {
      wanted.put(new TopicPartition(settings.output(), i), OffsetSpec.latest());
    }
    Map<Integer, Long> offsets = new HashMap<>();
    try {
      admin
          .listOffsets(wanted)
          .all()
          .get()
          .forEach((partition, info) -> offsets.put(partition.partition(), info.offset()));
    } catch (ExecutionException e) {
      throw new BenchmarkException("cannot read the offsets of predictions: " + e.getCause());
    }
    return offsets;
  }

  @Override
  public void close() {
    instances.forEach(instance -> instance.process().close());
    admin.close();
  }
}
