package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.events.Prediction;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import dev.millrace.tests.MillraceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests a rolling upgrade from an older version of Millrace to this version, and the downgrade back
 * to the older version, under load. Instances of both versions share a consumer group, a model
 * repository and the control topic. The tests also kill instances while both versions run. They run
 * only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=upgrade -Dupgrade.from=FOLDER -Dquick verify
 * </pre>
 *
 * <p>FOLDER is a checkout of the older version, or its unpacked distribution. Without {@code
 * -Dupgrade.from}, the tests are skipped.
 */
@Tag("nightly")
@Tag("upgrade")
@Timeout(1_800)
class UpgradeSuite {

  private static final String FROM = System.getProperty("upgrade.from");
  private static final Path NEW = MillraceProcess.checkout();

  /** Number of partitions: one for each stream thread of the two instances. */
  private static final int PARTITIONS = 4;

  private static final double RATE = 100;
  private static final int SIGTERM = 143;
  private static final long LOOK_MS = 200;
  private static final String MODEL = "random";
  private static final Topics TOPICS = new Topics("images", "predictions", "images.dead-letters");
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path folder;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Map<Integer, Integer> versions = new ConcurrentHashMap<>();
  private Path old;
  private String bootstrapServers;
  private String guarantee;
  private String protocol;
  private Audit audit;
  private Silence silence;

  @BeforeEach
  void findOlder() {
    assumeTrue(FROM != null, "skipped: -Dupgrade.from=FOLDER names no older version");
    old = Path.of(FROM).toAbsolutePath();
  }

  @AfterEach
  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "at_least_once, classic",
    "exactly_once_v2, classic",
    "at_least_once, streams",
    "exactly_once_v2, streams",
  })
  void olderAndThisVersion_shareTheirWork_andLoseNothing(String guarantee, String protocol)
      throws Exception {
    this.guarantee = guarantee;
    this.protocol = protocol;
    Traffic traffic = start();
    MillraceProcess a = launch(old);
    MillraceProcess b = launch(old);
    awaitBalance(a, b);

    b = replace(b, NEW, a);
    order(NEW, "promote", "--version", 2);
    awaitVersion(2);

    b.kill();
    b = launch(NEW);
    awaitBalance(a, b);
    a.kill();
    a = launch(old);
    awaitBalance(a, b);
    order(old, "rollback");
    awaitVersion(1);

    a = replace(a, NEW, b);
    b = replace(b, old, a);
    order(NEW, "promote", "--version", 2);
    awaitVersion(2);

    long[] sent = traffic.stop();
    Tally answered = audit.awaitAll(sent, PATIENCE);
    stop(a);
    stop(b);
    audit.awaitUpToDate();
    Tally tally = audit.tally(sent);
    System.out.printf(
        "| %s | %s | %,d | %,d | %d | %d | %d | %d |%n",
        guarantee,
        protocol,
        tally.in(),
        tally.out(),
        audit.deadLetters().size(),
        tally.lost(),
        tally.doubled(),
        tally.outOfOrder());
    assertThat(answered.lost()).isZero();
    assertThat(tally.outOfOrder()).isZero();
    assertThat(tally.wrong()).isZero();
    assertThat(audit.deadLetters()).isEqualTo(bad(sent));
    if (guarantee.equals("exactly_once_v2")) {
      assertThat(tally.doubled()).isZero();
    }
  }

  /**
   * Starts a broker, publishes two versions of a model, promotes the first one, and begins to send
   * images.
   */
  private Traffic start() throws Exception {
    Files.createDirectories(folder.resolve("logs"));
    MillraceProcess broker =
        MillraceProcess.start(
            folder.resolve("logs"),
            "-Xmx512m",
            "broker",
            "--dir",
            folder.resolve("kafka"),
            "--port",
            0);
    open.push(broker);
    bootstrapServers = broker.awaitLine("ready (.*)", PATIENCE);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      TopicCreation.create(admin, TOPICS, PARTITIONS, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
    }
    publish(old, 1);
    publish(NEW, 2);
    order(old, "promote", "--version", 1);
    audit =
        new Audit(bootstrapServers, TOPICS.output(), TOPICS.deadLetters(), PARTITIONS, this::note);
    open.push(audit);
    silence = Silence.listen(bootstrapServers, TOPICS.output(), PARTITIONS);
    open.push(silence);
    Traffic traffic =
        Traffic.start(
            bootstrapServers,
            TOPICS.input(),
            PARTITIONS,
            Traffic.smallImages(),
            Traffic.Pace.steady(RATE));
    open.push(traffic);
    return traffic;
  }

  private void publish(Path distribution, long seed) throws Exception {
    ResNet network = ResNet.of("resnet20");
    Path onnx = folder.resolve(seed + ".onnx");
    Path labels = folder.resolve("labels.txt");
    Files.write(onnx, ResNetOnnx.write(network, HeInitialization.of(network, seed)));
    Files.write(labels, IntStream.range(0, network.classes()).mapToObj(i -> "class-" + i).toList());
    run(
        distribution,
        "models",
        "import",
        onnx,
        "--repository",
        repository(),
        "--model",
        MODEL,
        "--labels",
        labels,
        "--size",
        network.size(),
        "--resize",
        network.size(),
        "--mean",
        "0.485,0.456,0.406",
        "--std",
        "0.229,0.224,0.225");
  }

  private void order(Path distribution, String command, Object... more) throws Exception {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "models",
                command,
                "--repository",
                repository(),
                "--model",
                MODEL,
                "--bootstrap-servers",
                bootstrapServers));
    words.addAll(List.of(more));
    run(distribution, words.toArray());
  }

  private void run(Path distribution, Object... command) throws Exception {
    try (MillraceProcess process =
        MillraceProcess.startOf(distribution, folder.resolve("logs"), "", command)) {
      assertThat(process.await(PATIENCE)).as(process.errors()).isZero();
    }
  }

  private Path repository() {
    return folder.resolve("models");
  }

  private MillraceProcess launch(Path distribution) throws Exception {
    MillraceProcess instance =
        MillraceProcess.startOf(
            distribution,
            folder.resolve("logs"),
            "-Xmx512m",
            "serve",
            "--bootstrap-servers",
            bootstrapServers,
            "--repository",
            repository(),
            "--model",
            MODEL,
            "--guarantee",
            guarantee,
            "-X",
            "group.protocol=" + protocol);
    open.push(instance);
    String unused = instance.awaitLine("ready.*", PATIENCE);
    return instance;
  }

  private static void stop(MillraceProcess instance) throws Exception {
    instance.terminate();
    assertThat(instance.await(PATIENCE)).as(instance.errors()).isEqualTo(SIGTERM);
  }

  /**
   * Stops {@code instance}, and starts an instance of {@code distribution} instead. Waits until the
   * new instance and {@code other} share the partitions.
   */
  private MillraceProcess replace(
      MillraceProcess instance, Path distribution, MillraceProcess other) throws Exception {
    stop(instance);
    MillraceProcess next = launch(distribution);
    awaitBalance(next, other);
    return next;
  }

  /**
   * Waits until every stream thread of both instances has one partition, and then until every
   * partition has a new prediction.
   */
  private void awaitBalance(MillraceProcess... instances) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Map<String, Set<Integer>> members;
    do {
      assertThat(instances)
          .allSatisfy(instance -> assertThat(instance.isAlive()).as(instance.errors()).isTrue());
      assertThat(System.nanoTime()).as("no balance in time").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      members = GroupMembers.of(bootstrapServers, "millrace-" + MODEL, protocol);
    } while (members.size() != PARTITIONS
        || !members.values().stream().allMatch(partitions -> partitions.size() == 1));
    Duration unused = silence.awaitAll(System.nanoTime(), PATIENCE);
  }

  private void note(ConsumerRecord<String, byte[]> record, Prediction prediction) {
    versions.put(record.partition(), prediction.model().version());
  }

  private void awaitVersion(int version) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(versions.values()).hasSize(PARTITIONS).containsOnly(version));
  }

  /**
   * Returns the keys of the sent images that cannot be decoded.
   *
   * @param sent number of images in each partition
   */
  private static Set<String> bad(long[] sent) {
    int images = Traffic.smallImages().size();
    Set<String> bad = new HashSet<>();
    for (int partition = 0; partition < sent.length; partition++) {
      for (long offset = 0; offset < sent[partition]; offset++) {
        if ((offset * sent.length + partition) % images == images - 1) {
          bad.add(partition + "/" + offset);
        }
      }
    }
    return bad;
  }
}
