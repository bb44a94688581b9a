package dev.millrace.tests.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.testing.SharedData;
import dev.millrace.tests.MillraceProcess;
import dev.millrace.tests.Models;
import dev.millrace.tests.SharedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the recipe for PostgreSQL of {@code connectors/connect/README.md}, while the workers and
 * the service are killed. 1,000 real images are read from a folder by {@code ImageFolderSource} and
 * classified by the service. {@code PredictionConverter} and Debezium's JDBC sink write the
 * predictions into a table. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=connect -Dquick verify
 * </pre>
 *
 * <p>{@code -Dcrash.strikes=N} sets another number of kills of each process.
 */
@Tag("nightly")
@Tag("connect")
@Timeout(2_400)
@ExtendWith(SharedBroker.class)
class DatabaseSuite {

  private static final int KILLS = Integer.getInteger("crash.strikes", 10);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final double ACCURACY = 91.5;

  @TempDir Path folder;

  private final Random random = new Random();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Path photos;
  private Map<String, byte[]> images;
  private ImageWriter writer;
  private ModelVersion model;
  private Postgres postgres;
  private MillraceProcess service;

  @BeforeEach
  void prepare() throws Exception {
    postgres = Postgres.start(folder);
    open.add(postgres);
    photos = Files.createDirectory(folder.resolve("photos"));
    images = SharedData.untar("cifar10/cifar10-test-1000-png.tar");
    writer = new ImageWriter(photos, images, random);
    model =
        Models.publish(
            folder.resolve("models"),
            "resnet20",
            SharedData.file("models/cifar10_resnet20.onnx"),
            SharedData.file("classes/cifar10.txt"),
            32,
            32);
  }

  @AfterEach
  void close() throws Exception {
    if (service != null) {
      service.close();
    }
    Collections.reverse(open);
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"standalone", "distributed"})
  void killedProcesses_leaveOneRowForEachImage(String mode, EmbeddedBroker broker)
      throws Exception {
    String input = mode + "-images";
    String output = mode + "-predictions";
    startService(broker, mode);
    List<ConnectWorker> sources = new ArrayList<>();
    List<ConnectWorker> sinks = new ArrayList<>();
    if (mode.equals("standalone")) {
      sources.add(ConnectWorker.standalone(folder, broker.bootstrapServers(), source(input)));
      sinks.add(ConnectWorker.standalone(folder, broker.bootstrapServers(), sink(output)));
    } else {
      for (String name : List.of("one", "two")) {
        sources.add(
            ConnectWorker.distributed(
                folder, broker.bootstrapServers(), "sources", "source-" + name));
        sinks.add(
            ConnectWorker.distributed(folder, broker.bootstrapServers(), "sinks", "sink-" + name));
      }
      sources.get(0).awaitReady();
      sources.get(0).configure(source(input));
      sinks.get(0).awaitReady();
      sinks.get(0).configure(sink(output));
    }
    open.addAll(sources);
    open.addAll(sinks);
    sources.get(0).awaitRunning(input, 2);
    sinks.get(0).awaitRunning(output, 2);

    disturb(broker, mode, sources, sinks);

    requireRows(mode);
  }

  private void startService(EmbeddedBroker broker, String mode) throws Exception {
    service =
        MillraceProcess.start(
            folder,
            "-Xmx512m",
            "serve",
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--repository",
            folder.resolve("models"),
            "--model",
            model.name(),
            "--input",
            mode + "-images",
            "--output",
            mode + "-predictions",
            "--application-id",
            "service-" + mode,
            "--create-topics",
            4,
            "--guarantee",
            "exactly_once_v2",
            "-X",
            "session.timeout.ms=6000",
            "-X",
            "transaction.timeout.ms=10000");
    service.awaitLine("ready.*", PATIENCE);
  }

  private Map<String, String> source(String topic) throws IOException {
    Map<String, String> config = Recipe.of("dev.millrace.connect.ImageFolderSource");
    config.put("name", topic);
    config.put("folder", photos.toString());
    config.put("topic", topic);
    config.put("scan.interval.ms", "500");
    return config;
  }

  private Map<String, String> sink(String topic) throws IOException {
    Map<String, String> config = Recipe.of("io.debezium.connector.jdbc.JdbcSinkConnector");
    config.put("name", topic);
    config.put("topics", topic);
    config.put("connection.url", postgres.url());
    config.put("connection.username", postgres.user());
    return config;
  }

  /** Kills a source worker, the service and a sink worker, each ten times, in random order. */
  private void disturb(
      EmbeddedBroker broker, String mode, List<ConnectWorker> sources, List<ConnectWorker> sinks)
      throws Exception {
    List<Integer> strikes = new ArrayList<>();
    for (int i = 0; i < KILLS; i++) {
      strikes.addAll(List.of(0, 1, 2));
    }
    Collections.shuffle(strikes, random);
    for (int strike : strikes) {
      writer.write(images.size() / (strikes.size() + 1));
      TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
      if (strike == 0) {
        service.kill();
        startService(broker, mode);
      } else {
        List<ConnectWorker> workers = strike == 1 ? sources : sinks;
        ConnectWorker worker = workers.get(random.nextInt(workers.size()));
        worker.kill();
        worker.start();
        worker.awaitReady();
      }
    }
    writer.write(images.size());
    if (mode.equals("distributed")) {
      System.out.printf(
          "%d restarts of tasks%n",
          sources.get(0).recover(mode + "-images", 2)
              + sinks.get(0).recover(mode + "-predictions", 2));
    }
  }

  private void requireRows(String mode) throws Exception {
    await()
        .dontCatchUncaughtExceptions()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> postgres.query("select count(*) from predictions"),
            count -> count.equals(List.of(Integer.toString(images.size()))));
    Map<String, String> expected = new HashMap<>();
    SharedData.rows("expected/cifar10-test-1000.csv", ",")
        .forEach(row -> expected.put(row[0], row[1]));
    List<String> rows =
        postgres.query("select id, label, label_2, model_version, source_topic from predictions");
    Set<String> ids = new HashSet<>();
    int right = 0;
    for (String row : rows) {
      String[] columns = row.split("\t", -1);
      assertThat(ids.add(columns[0])).as("first row of %s", columns[0]).isTrue();
      assertThat(columns[2]).isNotEmpty().isNotEqualTo(columns[1]);
      assertThat(columns[3]).isEqualTo("1");
      assertThat(columns[4]).isEqualTo(mode + "-images");
      int label = model.labels().names().indexOf(columns[1]);
      String image = columns[0].replaceAll(".*/|\\.png$", "");
      right += label == Integer.parseInt(expected.get(image)) ? 1 : 0;
    }
    assertThat(ids).isEqualTo(images.keySet());
    double accuracy = 100.0 * right / rows.size();
    System.out.printf(
        "| PostgreSQL, %s | %d kills of each | %,d files | %,d rows | accuracy %.1f %% |%n",
        mode, KILLS, images.size(), rows.size(), accuracy);
    assertThat(accuracy).isCloseTo(ACCURACY, within(0.3));
  }
}
