package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlWriter;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.events.Prediction;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import dev.millrace.tests.Images;
import dev.millrace.tests.MillraceProcess;
import dev.millrace.tests.Models;
import dev.millrace.tests.ProcessMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures how swaps of the model version affect latency, throughput and memory. There are a
 * hundred swaps, one every five seconds, while images arrive at 70 % of the highest rate at which
 * the service can answer them. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=swap -Dquick verify
 * </pre>
 *
 * <p>The broker, the service, the sender and the reader share the machine's cores. The sender sets
 * each record's timestamp. The latency is the time from this timestamp until the prediction is
 * read. Both moments are taken from this machine's clock. {@code -Dswap.count=N} sets another
 * number of swaps, and {@code -Dswap.model=resnet50} selects ResNet-50 as the network.
 */
@Tag("nightly")
@Tag("swap")
class SwapSuite {

  private static final int SWAPS = Integer.getInteger("swap.count", 100);
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration NEAR = Duration.ofSeconds(2);
  private static final double LOAD = 0.7;
  private static final double MAX_TIMES_SLOWER = 2;
  private static final String SMALL = "resnet20";
  private static final String MODEL = System.getProperty("swap.model", SMALL);
  private static final Duration MAX_DELAY = Duration.ofSeconds(MODEL.equals(SMALL) ? 1 : 5);
  private static final double FLAT = 0.05;
  private static final int PARTITIONS = 8;
  private static final int PRACTICE = 10;
  private static final int BACKLOG = 1_000;
  private static final Duration CAPACITY_WARM_UP = Duration.ofSeconds(20);
  private static final Duration CAPACITY_TIME = Duration.ofSeconds(20);
  private static final Topics TOPICS = new Topics("images", "predictions", "images.dead-letters");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  private final List<Answer> answers = new ArrayList<>();

  /**
   * A prediction. The times {@code sent} and {@code read} are in milliseconds of this machine's
   * clock.
   */
  private record Answer(long sent, long read, int partition, int version) {
    long latency() {
      return read - sent;
    }
  }

  /**
   * A promotion.
   *
   * @param promoted time at which the call to promote returned, in milliseconds
   * @param version the promoted version
   * @param resident the service's resident memory when the call to promote returned, in bytes
   */
  private record Swap(long promoted, int version, long resident) {}

  private synchronized void note(ConsumerRecord<String, byte[]> record, Prediction prediction) {
    answers.add(
        new Answer(
            record.timestamp(),
            System.currentTimeMillis(),
            record.partition(),
            prediction.model().version()));
  }

  private synchronized List<Answer> answers() {
    return List.copyOf(answers);
  }

  @Test
  void swaps_areNotNoticed() throws Exception {
    Path logs = Files.createDirectories(folder.resolve("logs"));
    Path repository = folder.resolve("models");
    for (int seed = 1; seed <= 2; seed++) {
      Models.publishRandom(repository, MODEL, ResNet.of(MODEL), seed);
    }
    try (MillraceProcess broker =
        MillraceProcess.start(
            logs, "-Xmx512m", "broker", "--dir", folder.resolve("kafka"), "--port", 0)) {
      String bootstrapServers = broker.awaitLine("ready (.*)", PATIENCE);
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
        TopicCreation.create(admin, TOPICS, PARTITIONS, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
      }
      try (MillraceProcess service =
              MillraceProcess.start(
                  logs,
                  "-Xmx512m",
                  "serve",
                  "--bootstrap-servers",
                  bootstrapServers,
                  "--repository",
                  repository,
                  "--model",
                  MODEL,
                  "--version",
                  1);
          Audit audit =
              new Audit(
                  bootstrapServers,
                  TOPICS.output(),
                  TOPICS.deadLetters(),
                  PARTITIONS,
                  this::note)) {
        service.awaitLine("ready.*", PATIENCE);
        SwitchedPace pace = new SwitchedPace(audit);
        try (Traffic traffic =
            Traffic.start(bootstrapServers, TOPICS.input(), PARTITIONS, images(), pace)) {
          double capacity = capacity(audit);
          pace.steadyFromNow(LOAD * capacity);
          System.out.printf("capacity %.0f images/s, load %.0f%n", capacity, LOAD * capacity);
          ControlWriter writer = practised(bootstrapServers);
          TimeUnit.MILLISECONDS.sleep(2 * INTERVAL.toMillis());
          long begin = System.currentTimeMillis();
          List<Swap> swaps = swap(writer, new ProcessMemory(service.pid()));
          long end = System.currentTimeMillis();
          requireEveryAnswer(traffic.stop(), audit);
          report(swaps, begin, end);
        }
        assertThat(service.isAlive()).isTrue();
      }
    }
  }

  private static List<byte[]> images() {
    return IntStream.range(0, 100).mapToObj(seed -> Images.noise("png", 32, 32, seed)).toList();
  }

  /**
   * A pace with two phases. In the first phase, there is always a backlog of images, so that the
   * service works at its capacity. In the second phase, images are due at a given rate.
   */
  private static final class SwitchedPace implements Traffic.Pace {
    private final Audit audit;
    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile double rate;
    private Traffic.Pace steady;
    private long sent;

    private SwitchedPace(Audit audit) {
      this.audit = audit;
    }

    /**
     * Waits until all images sent so far have answers. From then on, {@code imagesPerSecond} images
     * are due per second.
     */
    private void steadyFromNow(double imagesPerSecond) throws InterruptedException {
      rate = imagesPerSecond;
      begun.await();
    }

    @Override
    public void await(long number) throws InterruptedException {
      if (rate == 0) {
        requireMoreThan(number - BACKLOG);
        return;
      }
      if (steady == null) {
        requireMoreThan(number - 1);
        steady = Traffic.Pace.steady(rate);
        begun.countDown();
      }
      steady.await(sent++);
    }

    private void requireMoreThan(long answered) throws InterruptedException {
      if (!audit.awaitMoreThan(answered, PATIENCE)) {
        throw new IllegalStateException("no image was answered for two minutes");
      }
    }
  }

  private static double capacity(Audit audit) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(CAPACITY_WARM_UP.toMillis());
    long before = audit.answered();
    long start = System.nanoTime();
    TimeUnit.MILLISECONDS.sleep(CAPACITY_TIME.toMillis());
    return (audit.answered() - before) * 1e9 / (System.nanoTime() - start);
  }

  /**
   * Returns a writer that has already written ten promotions of a model that no service uses, to
   * warm up its code. Otherwise, the first measured promotions would use half a second of processor
   * time, and would slow down the measured service. This practice slows the service down for a few
   * seconds, so it ends before the measurement begins.
   */
  private static ControlWriter practised(String bootstrapServers) {
    Map<String, Object> kafka = Map.of("bootstrap.servers", bootstrapServers);
    ControlWriter writer = new ControlWriter(kafka, kafka);
    for (int i = 0; i < PRACTICE; i++) {
      writer.change("nobody", before -> new Champion(1, null, false));
    }
    return writer;
  }

  private static List<Swap> swap(ControlWriter writer, ProcessMemory memory) throws Exception {
    List<Swap> swaps = new ArrayList<>();
    long start = System.currentTimeMillis();
    for (int i = 0; i < SWAPS; i++) {
      int version = 2 - i % 2;
      writer.change(MODEL, before -> new Champion(version, null, false));
      swaps.add(new Swap(System.currentTimeMillis(), version, memory.resident()));
      long due = start + (i + 1) * INTERVAL.toMillis();
      TimeUnit.MILLISECONDS.sleep(due - System.currentTimeMillis());
    }
    return swaps;
  }

  private static void requireEveryAnswer(long[] sent, Audit audit) throws Exception {
    long in = LongStream.of(sent).sum();
    Tally tally = audit.awaitAll(sent, PATIENCE);
    System.out.println(tally);
    assertThat(tally).isEqualTo(new Tally(in, in, 0, 0, 0, 0));
  }

  /**
   * Prints a list with the 99th percentile of the latency after each swap. The list shows whether
   * all swaps increase the latency, or only a few.
   */
  private void reportEach(List<Swap> swaps) {
    System.out.println(
        swaps.stream()
            .map(swap -> p99(answers().stream().filter(answer -> isNear(answer, swap)).toList()))
            .toList());
  }

  private static boolean isNear(Answer answer, Swap swap) {
    return answer.read >= swap.promoted && answer.read < swap.promoted + NEAR.toMillis();
  }

  private void report(List<Swap> swaps, long begin, long end) {
    List<Answer> all =
        answers().stream().filter(answer -> answer.sent >= begin && answer.sent < end).toList();
    requireOrder(swaps);
    Predicate<Answer> near = answer -> swaps.stream().anyMatch(swap -> isNear(answer, swap));
    long p99Near = p99(all.stream().filter(near).toList());
    long p99Far = p99(all.stream().filter(near.negate()).toList());
    long slowest = swaps.stream().mapToLong(this::delay).max().orElseThrow();
    double nearShare = (double) all.stream().filter(near).count() / all.size();
    double nearTime = (double) NEAR.toMillis() * swaps.size() / (end - begin);
    long[] resident = swaps.stream().skip(swaps.size() / 10).mapToLong(Swap::resident).toArray();
    double growth = (double) LongStream.of(resident).max().orElseThrow() / resident[0] - 1;
    System.out.printf(
        "%d swaps: p99 %d ms within 2 s of a promotion, %d ms otherwise; throughput near one %.3f of"
            + " the mean; from promotion to first prediction at most %d ms; resident memory"
            + " %+.1f %% after the first tenth%n",
        swaps.size(), p99Near, p99Far, nearShare / nearTime, slowest, 100 * growth);
    reportEach(swaps);
    assertThat(slowest).isLessThan(MAX_DELAY.toMillis());
    if (MODEL.equals(SMALL)) { // with others, a swap meets too few images
      assertThat((double) p99Near).isLessThanOrEqualTo(MAX_TIMES_SLOWER * p99Far);
      assertThat(nearShare / nearTime).isBetween(0.97, 1.03);
      assertThat(growth).isLessThanOrEqualTo(FLAT);
    }
  }

  /**
   * Requires that in each partition, the versions in the predictions change in the order of the
   * promotions.
   */
  private void requireOrder(List<Swap> swaps) {
    List<Integer> promoted = new ArrayList<>(List.of(1));
    swaps.forEach(swap -> promoted.add(swap.version));
    for (int i = 0; i < PARTITIONS; i++) {
      int partition = i;
      List<Integer> versions = new ArrayList<>();
      answers().stream()
          .filter(answer -> answer.partition == partition)
          .filter(
              answer -> versions.isEmpty() || versions.get(versions.size() - 1) != answer.version)
          .forEach(answer -> versions.add(answer.version));
      assertThat(versions).isEqualTo(promoted);
    }
  }

  /**
   * Returns the time from the end of the call that promoted a version until the first prediction of
   * this version, in ms.
   */
  private long delay(Swap swap) {
    return answers().stream()
            .filter(answer -> answer.read >= swap.promoted && answer.version == swap.version)
            .findFirst()
            .orElseThrow()
            .read
        - swap.promoted;
  }

  private static long p99(List<Answer> answers) {
    long[] latencies = answers.stream().mapToLong(Answer::latency).sorted().toArray();
    return latencies[(int) (latencies.length * 0.99)];
  }
}
