package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import dev.millrace.tests.MillraceProcess;
import dev.millrace.tests.Models;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Measures how long partitions are silent after an instance is killed or restarted. A silence is
 * the time in which a consumer of committed records gets no record of a partition. Two instances
 * run with default settings, and a broker runs with Kafka's own defaults. Runs only with the
 * profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=silence -Dquick verify
 * </pre>
 *
 * <p>{@code -Dsilence.kills=N} sets another number of kills.
 */
@Tag("nightly")
@Tag("silence")
@Timeout(1_800)
class SilenceSuite {

  private static final int PARTITIONS = 4;
  private static final int KILLS = Integer.getInteger("silence.kills", 10);
  private static final Topics TOPICS = new Topics("images", "predictions", "images.dead-letters");
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration RESTART_AFTER = Duration.ofSeconds(7);
  private static final int BURST = 6;
  private static final Duration BURST_PAUSE = Duration.ofMillis(3_300);
  private static final double RATE = 50;

  /**
   * Kafka's own defaults for configuration keys of the broker. By default, the embedded broker sets
   * these keys to shorter times, which suit developers.
   */
  private static final List<String> KAFKAS_OWN =
      List.of(
          "group.initial.rebalance.delay.ms=3000",
          "group.streams.initial.rebalance.delay.ms=3000",
          "group.min.session.timeout.ms=6000",
          "group.consumer.min.session.timeout.ms=45000",
          "group.consumer.min.heartbeat.interval.ms=5000",
          "group.consumer.heartbeat.interval.ms=5000",
          "group.streams.min.session.timeout.ms=45000",
          "group.streams.min.heartbeat.interval.ms=5000",
          "group.streams.heartbeat.interval.ms=5000");

  @TempDir Path folder;

  private final List<AutoCloseable> open = new ArrayList<>();
  private String bootstrapServers;
  private Silence silence;
  private String guarantee;
  private String protocol;

  @AfterEach
  void close() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  private void start(String guarantee, String protocol) throws Exception {
    this.guarantee = guarantee;
    this.protocol = protocol;
    Files.createDirectories(folder.resolve("logs"));
    ModelVersion ignored = Models.publishRandom(folder.resolve("models"), "random");
    List<Object> command =
        new ArrayList<>(List.of("broker", "--dir", folder.resolve("kafka"), "--port", 0));
    for (String key : KAFKAS_OWN) {
      command.add("-X");
      command.add(key);
    }
    MillraceProcess broker =
        MillraceProcess.start(folder.resolve("logs"), "-Xmx512m", command.toArray());
    open.add(broker);
    bootstrapServers = broker.awaitLine("ready (.*)", PATIENCE);
    try (Admin admin = admin()) {
      TopicCreation.create(admin, TOPICS, PARTITIONS, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
    }
    open.add(
        Traffic.start(
            bootstrapServers,
            TOPICS.input(),
            PARTITIONS,
            Traffic.smallImages(),
            Traffic.Pace.steady(RATE)));
    silence = Silence.listen(bootstrapServers, TOPICS.output(), PARTITIONS);
    open.add(silence);
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
  }

  private MillraceProcess launch() throws Exception {
    MillraceProcess instance =
        MillraceProcess.start(
            folder.resolve("logs"),
            "-Xmx512m",
            "serve",
            "--bootstrap-servers",
            bootstrapServers,
            "--repository",
            folder.resolve("models"),
            "--model",
            "random",
            "--guarantee",
            guarantee,
            "-X",
            "group.protocol=" + protocol);
    open.add(instance);
    return instance;
  }

  private Map<String, Set<Integer>> members() throws Exception {
    return GroupMembers.of(bootstrapServers, "millrace-random", protocol);
  }

  private static Set<Integer> partitions(Map<String, Set<Integer>> members, Set<String> of) {
    return members.entrySet().stream()
        .filter(member -> of.contains(member.getKey()))
        .flatMap(member -> member.getValue().stream())
        .collect(Collectors.toCollection(HashSet::new));
  }

  /**
   * Waits until each instance has half of the partitions, and then until each partition has a new
   * prediction. Returns the members and their partitions.
   *
   * @param survivor group member ids of the instance that the test does not kill
   */
  private Map<String, Set<Integer>> awaitBalance(Set<String> survivor) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      Map<String, Set<Integer>> members = members();
      Set<String> others = new HashSet<>(members.keySet());
      others.removeAll(survivor);
      if (partitions(members, survivor).size() == PARTITIONS / 2
          && partitions(members, others).size() == PARTITIONS / 2) {
        Duration unused = silence.awaitAll(System.nanoTime(), PATIENCE);
        return members;
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    throw new AssertionError("the instances do not share the partitions: " + members());
  }

  private static String seconds(List<Duration> all) {
    List<Duration> sorted = all.stream().sorted().toList();
    return String.format(
        "%.1f s (median %.1f)",
        sorted.get(sorted.size() - 1).toMillis() / 1e3,
        sorted.get(sorted.size() / 2).toMillis() / 1e3);
  }

  @ParameterizedTest
  @CsvSource({
    "at_least_once, classic",
    "exactly_once_v2, classic",
    "at_least_once, streams",
    "exactly_once_v2, streams",
  })
  void partitions_areSilentForAMoment(String guarantee, String protocol) throws Exception {
    start(guarantee, protocol);
    MillraceProcess survivor = launch();
    survivor.awaitLine("ready.*", PATIENCE);
    Duration first = silence.awaitAll(System.nanoTime(), PATIENCE);
    Set<String> survivors = members().keySet();
    MillraceProcess other = launch();
    other.awaitLine("ready.*", PATIENCE);

    List<Duration> ofSurvivor = new ArrayList<>();
    List<Duration> ofDead = new ArrayList<>();
    for (int i = 0; i < KILLS; i++) {
      Map<String, Set<Integer>> members = awaitBalance(survivors);
      Set<Integer> kept = partitions(members, survivors);
      Set<Integer> lost =
          IntStream.range(0, PARTITIONS)
              .boxed()
              .filter(p -> !kept.contains(p))
              .collect(Collectors.toSet());
      silence.reset();
      other.kill();
      TimeUnit.MILLISECONDS.sleep(RESTART_AFTER.toMillis());
      other = launch();
      other.awaitLine("ready.*", PATIENCE);
      Map<String, Set<Integer>> unused = awaitBalance(survivors);
      ofSurvivor.add(silence.longest(kept));
      ofDead.add(silence.longest(lost));
    }

    for (int i = 0; i < BURST; i++) {
      other.kill();
      other = launch();
      TimeUnit.MILLISECONDS.sleep(BURST_PAUSE.toMillis());
    }
    Duration again = silence.awaitAll(System.nanoTime(), PATIENCE);
    Map<String, Set<Integer>> balanced = awaitBalance(survivors);
    assertThat(balanced).isNotEmpty();

    silence.reset();
    for (MillraceProcess instance : List.of(survivor, other)) {
      instance.terminate();
      assertThat(instance.await(PATIENCE)).isEqualTo(143);
      MillraceProcess next = launch();
      next.awaitLine("ready.*", PATIENCE);
      Duration ignored = silence.awaitAll(System.nanoTime(), PATIENCE);
      if (instance == survivor) {
        survivor = next;
      }
    }
    Duration rolling = silence.longest(Set.of(0, 1, 2, 3));

    System.out.printf(
        "| %s | %s | %d | %s | %s | %.1f s | %.1f s | %.1f s |%n",
        guarantee,
        protocol,
        KILLS,
        seconds(ofSurvivor),
        seconds(ofDead),
        again.toMillis() / 1e3,
        rolling.toMillis() / 1e3,
        first.toMillis() / 1e3);
    if (protocol.equals("classic")) {
      assertThat(ofSurvivor).allSatisfy(it -> assertThat(it).isLessThan(Duration.ofSeconds(10)));
      assertThat(ofDead).allSatisfy(it -> assertThat(it).isLessThan(Duration.ofSeconds(20)));
      assertThat(again).isLessThan(Duration.ofSeconds(25));
      assertThat(rolling).isLessThan(Duration.ofSeconds(5));
    }
  }
}
