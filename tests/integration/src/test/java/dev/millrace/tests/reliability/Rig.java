package dev.millrace.tests.reliability;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import dev.millrace.streams.ServiceVariant;
import dev.millrace.testing.KafkaVersions;
import dev.millrace.tests.MillraceProcess;
import dev.millrace.tests.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;

/**
 * The processes of one case: a broker, an instance of the service and sometimes a second instance.
 * This class also contains the {@link Traffic} that sends images, and the {@link Audit} that reads
 * the answers. Not thread-safe.
 */
final class Rig implements AutoCloseable {

  private static final int PARTITIONS = 4;
  private static final Topics TOPICS = new Topics("images", "predictions", "images.dead-letters");
  private static final String APPLICATION = "crash";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration SLOW_RUN = Duration.ofSeconds(2);
  // Additional time of each run of the model in the cases without the commit barrier. It keeps
  // images in flight for longer than a commit interval, so almost every kill without the barrier
  // loses images.
  private static final Duration UNPROTECTED_RUN = Duration.ofMillis(200);

  private final CrashCase what;
  private final Timings timings;
  private final Path folder;
  private final Random random;
  private final ModelVersion model;
  private String bootstrapServers;
  private Traffic traffic;
  private Audit audit;
  private MillraceProcess broker;
  private MillraceProcess service;

  private Rig(CrashCase what, Timings timings, Path folder, long seed) {
    this.what = what;
    this.timings = timings;
    this.folder = folder;
    this.random = new Random(seed);
    this.model = Models.publishRandom(folder.resolve("models"), "random");
  }

  /** Starts all processes, and returns when the service has joined its group. */
  static Rig start(CrashCase what, Timings timings, Path folder, long seed) throws Exception {
    Rig rig = new Rig(what, timings, folder, seed);
    try {
      rig.start();
      return rig;
    } catch (Exception | AssertionError e) {
      rig.close();
      throw e;
    }
  }

  private void start() throws Exception {
    Files.createDirectories(folder.resolve("logs"));
    bootstrapServers = startBroker("0");
    try (Admin admin = admin()) {
      TopicCreation.create(admin, TOPICS, PARTITIONS, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
    }
    audit = new Audit(bootstrapServers, TOPICS.output(), TOPICS.deadLetters(), PARTITIONS);
    traffic =
        Traffic.start(
            bootstrapServers,
            TOPICS.input(),
            PARTITIONS,
            Traffic.smallImages(),
            Traffic.Pace.steady(rate()));
    startService();
  }

  /**
   * Returns the number of images that arrive per second. The rate must be high enough that there
   * are always images in flight. But at the end of the case, the service must answer all images
   * that still wait, so the rate must not be much higher than the service's capacity.
   */
  private double rate() {
    return switch (what.disturbance()) {
      case SLOW_MODEL_KILL -> 5;
      // Batches of this slow model have one image, so two cores classify ten images per second.
      case KILL_WITHOUT_BARRIER -> 12;
      default -> 250;
    };
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
  }

  private String startBroker(String port) throws IOException, InterruptedException {
    broker =
        MillraceProcess.start(
            folder.resolve("logs"),
            "-Xmx512m",
            "broker",
            "--dir",
            folder.resolve("kafka"),
            "--port",
            port,
            "-X",
            "group.streams.session.timeout.ms=" + timings.streamsSession().toMillis(),
            "-X",
            "transaction.abort.timed.out.transaction.cleanup.interval.ms=1000");
    return broker.awaitLine("ready (.*)", PATIENCE);
  }

  /** Kills the broker, and starts it again with the same port and data. */
  void restartBroker() throws IOException, InterruptedException {
    broker.kill();
    startBroker(bootstrapServers.substring(bootstrapServers.lastIndexOf(':') + 1));
  }

  /** Freezes the broker for {@link Timings#away}, so that it does not answer. */
  void freezeBroker() throws IOException, InterruptedException {
    broker.freeze();
    TimeUnit.MILLISECONDS.sleep(timings.away().toMillis());
    broker.thaw();
  }

  /** Starts the service again, and waits until it has joined its group. */
  void startService() throws IOException, InterruptedException {
    service = launch();
    awaitReady(service);
  }

  MillraceProcess service() {
    return service;
  }

  /** Starts an instance without waiting for it. The caller closes it. */
  MillraceProcess launch() throws IOException {
    List<String> keys = new ArrayList<>();
    keys.add("group.protocol=" + what.protocol());
    if (what.protocol().equals("classic")) {
      keys.add("session.timeout.ms=" + timings.classicSession().toMillis());
      keys.add("heartbeat.interval.ms=" + timings.classicSession().toMillis() / 4);
    }
    if (what.isExactlyOnce()) {
      keys.add("transaction.timeout.ms=" + timings.transaction().toMillis());
    }
    Path logs = folder.resolve("logs");
    if (what.kafka().isPresent()) {
      return MillraceProcess.start(
          logs,
          KafkaVersions.classPathWith(what.kafka().get()),
          ServiceVariant.class,
          variant(true, Duration.ZERO, keys));
    }
    return switch (what.disturbance()) {
      case SLOW_MODEL_KILL ->
          MillraceProcess.start(logs, ServiceVariant.class, variant(true, SLOW_RUN, keys));
      case KILL_WITHOUT_BARRIER ->
          MillraceProcess.start(logs, ServiceVariant.class, variant(false, UNPROTECTED_RUN, keys));
      default -> MillraceProcess.start(logs, "-Xmx512m", serve(keys));
    };
  }

  private Object[] serve(List<String> keys) {
    List<Object> command =
        new ArrayList<>(
            List.of(
                "serve",
                "--bootstrap-servers",
                bootstrapServers,
                "--repository",
                folder.resolve("models"),
                "--model",
                model.name(),
                "--application-id",
                APPLICATION,
                "--guarantee",
                what.guarantee()));
    for (String key : keys) {
      command.add("-X");
      command.add(key);
    }
    return command.toArray();
  }

  private Object[] variant(boolean barrier, Duration delay, List<String> keys) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "repository=" + folder.resolve("models"),
                "model=" + model.name(),
                "input=" + TOPICS.input(),
                "output=" + TOPICS.output(),
                "barrier=" + barrier,
                "delay=" + delay.toMillis(),
                "bootstrap.servers=" + bootstrapServers,
                "application.id=" + APPLICATION,
                "processing.guarantee=" + what.guarantee(),
                "num.stream.threads=2",
                "errors.dead.letter.queue.topic.name=" + TOPICS.deadLetters()));
    arguments.addAll(keys);
    return arguments.toArray();
  }

  void awaitReady(MillraceProcess instance) throws IOException, InterruptedException {
    instance.awaitLine("ready.*", PATIENCE);
  }

  /** Stops an instance by SIGTERM. Requires that it ends within 45 s with exit code 143. */
  void stop(MillraceProcess instance) throws IOException, InterruptedException {
    instance.terminate();
    int exitCode = instance.await(Duration.ofSeconds(45));
    if (exitCode != 143) {
      throw new AssertionError(
          "the stop ended with exit code " + exitCode + ": " + instance.errors());
    }
  }

  /** Fences all transactional producers of the service. */
  void fenceProducers() throws Exception {
    try (Admin admin = admin()) {
      List<String> ids =
          admin.listTransactions().all().get().stream()
              .map(TransactionListing::transactionalId)
              .filter(id -> id.startsWith(APPLICATION))
              .toList();
      admin.fenceProducers(ids).all().get();
    }
  }

  /** Waits until the service has answered one more image. */
  void awaitProgress() throws IOException, InterruptedException {
    if (!audit.awaitMoreThan(audit.answered(), PATIENCE)) {
      throw new AssertionError("no image was answered for two minutes: " + service.errors());
    }
    if (!service.isAlive()) {
      throw new AssertionError("the service has ended by itself: " + service.errors());
    }
  }

  /** Waits for a random time, so that the next disturbance comes at a random moment. */
  void pause() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(1_500));
  }

  boolean toss() {
    return random.nextBoolean();
  }

  /**
   * Stops the traffic, waits until every image has an answer or no more answers come, and stops the
   * service. Returns the counts.
   *
   * @param silence this method stops waiting once this much time has passed without an answer
   */
  Tally finish(Duration silence) throws IOException, InterruptedException {
    long[] sent = traffic.stop();
    long in = LongStream.of(sent).sum();
    while (audit.answered() < in && audit.awaitMoreThan(audit.answered(), silence)) {
      if (!service.isAlive()) {
        throw new AssertionError("the service has ended by itself: " + service.errors());
      }
    }
    stop(service);
    audit.awaitUpToDate();
    return audit.tally(sent);
  }

  @Override
  public void close() throws InterruptedException {
    if (traffic != null) {
      traffic.close();
    }
    if (audit != null) {
      audit.close();
    }
    if (service != null) {
      service.close();
    }
    if (broker != null) {
      broker.close();
    }
  }
}
