package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import dev.millrace.tests.Images;
import dev.millrace.tests.MillraceProcess;
import dev.millrace.tests.Models;
import dev.millrace.tests.ProcessMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the service for half an hour at full load with a heap of 512 MiB. Requires that each image
 * gets one answer, and that neither the live heap nor the native memory grows. Runs only with the
 * profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=soak -Dquick verify
 * </pre>
 *
 * <p>At any time, a thousand images are waiting for their answers. Of every 142 images, two have
 * 180 times as many pixels as the others, and one cannot be decoded. The heap has its full size
 * from the start. The native memory is all resident memory outside the heap. The live heap is the
 * part of the heap that is in use after a full garbage collection. Live heap and native memory are
 * sampled every ten seconds. The suite computes the median of each window of five minutes. It
 * compares the median of each later window with the median of the second window, because the JVM
 * warms up in the first window. {@code -Dsoak.minutes=N} sets another duration.
 */
@Tag("nightly")
@Tag("soak")
class SoakSuite {

  private static final int MINUTES = Integer.getInteger("soak.minutes", 30);
  private static final int WINDOW_MINUTES = 5;
  private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(10);
  private static final double FLAT = 0.05;
  private static final int HEAP_MIB = 512;
  private static final long MAX_RESIDENT = 1536L << 20;
  private static final int PARTITIONS = 8;
  private static final int BACKLOG = 1_000;
  private static final Topics TOPICS = new Topics("images", "predictions", "images.dead-letters");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  /**
   * A sample of the service's state. Memory is in bytes, and {@code answered} is the number of
   * images answered so far.
   */
  private record Sample(long nanos, long liveHeap, long nativeMemory, int threads, long answered) {}

  @Test
  void memory_staysFlatAtFullLoad() throws Exception {
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    try (MillraceProcess broker = startBroker()) {
      String bootstrapServers = broker.awaitLine("ready (.*)", PATIENCE);
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
        TopicCreation.create(admin, TOPICS, PARTITIONS, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
      }
      try (MillraceProcess service = startService(bootstrapServers, model);
          Audit audit =
              new Audit(bootstrapServers, TOPICS.output(), TOPICS.deadLetters(), PARTITIONS)) {
        service.awaitLine("ready.*", PATIENCE);
        Traffic.Pace full =
            number -> {
              if (!audit.awaitMoreThan(number - BACKLOG, PATIENCE)) {
                throw new IllegalStateException("no image was answered for two minutes");
              }
            };
        try (Traffic traffic =
            Traffic.start(bootstrapServers, TOPICS.input(), PARTITIONS, images(), full)) {
          List<List<Sample>> windows = sample(service, audit);
          requireFlat(windows);
          requireEveryAnswer(traffic.stop(), audit);
        }
        service.terminate();
        assertThat(service.await(PATIENCE)).isEqualTo(143);
      }
    }
  }

  private MillraceProcess startBroker() throws IOException {
    // The broker deletes old data early, because one hour of traffic is tens of gigabytes of data.
    return MillraceProcess.start(
        Files.createDirectories(folder.resolve("logs")),
        "-Xmx512m",
        "broker",
        "--dir",
        folder.resolve("kafka"),
        "--port",
        0,
        "-X",
        "log.retention.bytes=" + (128 << 20),
        "-X",
        "log.segment.bytes=" + (32 << 20),
        "-X",
        "log.retention.check.interval.ms=10000");
  }

  private MillraceProcess startService(String bootstrapServers, ModelVersion model)
      throws IOException {
    return MillraceProcess.start(
        folder.resolve("logs"),
        "-Xms" + HEAP_MIB + "m -Xmx" + HEAP_MIB + "m -XX:+AlwaysPreTouch",
        "serve",
        "--bootstrap-servers",
        bootstrapServers,
        "--repository",
        folder.resolve("models"),
        "--model",
        model.name());
  }

  private static List<byte[]> images() {
    return Stream.of(
            Traffic.smallImages().stream(),
            IntStream.range(0, 40).mapToObj(seed -> Images.noise("jpg", 32, 32, seed)),
            IntStream.range(0, 2).mapToObj(seed -> Images.noise("jpg", 500, 375, seed)))
        .flatMap(images -> images)
        .toList();
  }

  /** Takes samples until the end of the test, and prints a line for each window of five minutes. */
  private static List<List<Sample>> sample(MillraceProcess service, Audit audit) throws Exception {
    ProcessMemory memory = new ProcessMemory(service.pid());
    List<List<Sample>> windows = new ArrayList<>();
    System.out.println(
        "| minutes | images/s | live heap, MiB | native, MiB | peak resident, MiB | threads |");
    System.out.println("|---|---|---|---|---|---|");
    long start = System.nanoTime();
    long before = 0;
    try (OtherJvm jvm = OtherJvm.attach(service.pid())) {
      for (int minutes = 0; minutes < MINUTES; minutes += WINDOW_MINUTES) {
        List<Sample> window = new ArrayList<>();
        long end = start + TimeUnit.MINUTES.toNanos(minutes + WINDOW_MINUTES);
        while (System.nanoTime() < end) {
          TimeUnit.MILLISECONDS.sleep(SAMPLE_INTERVAL.toMillis());
          long answered = audit.answered();
          assertThat(answered).as(service.errors()).isGreaterThan(before);
          before = answered;
          window.add(
              new Sample(
                  System.nanoTime(),
                  jvm.liveHeap(),
                  memory.resident() - ((long) HEAP_MIB << 20),
                  jvm.threads(),
                  answered));
        }
        windows.add(window);
        Sample first = window.get(0);
        Sample last = window.get(window.size() - 1);
        System.out.printf(
            "| %d to %d | %.0f | %.1f | %.1f | %d | %d |%n",
            minutes,
            minutes + WINDOW_MINUTES,
            (last.answered() - first.answered()) * 1e9 / (last.nanos() - first.nanos()),
            median(window, Sample::liveHeap) / 0x1p20,
            median(window, Sample::nativeMemory) / 0x1p20,
            memory.peakResident() >> 20,
            last.threads());
      }
    }
    assertThat(memory.peakResident()).isLessThan(MAX_RESIDENT);
    return windows;
  }

  private static void requireFlat(List<List<Sample>> windows) {
    requireFlat("live heap", windows, Sample::liveHeap);
    requireFlat("native memory", windows, Sample::nativeMemory);
  }

  /**
   * Compares each later window with the second window. The first window is left out, because the
   * JVM warms up in it.
   */
  private static void requireFlat(
      String what, List<List<Sample>> windows, ToLongFunction<Sample> bytes) {
    double reference = median(windows.get(1), bytes);
    double deviation =
        windows.stream()
            .skip(2)
            .mapToDouble(window -> median(window, bytes) / reference - 1)
            .reduce(0, (a, b) -> Math.abs(a) > Math.abs(b) ? a : b);
    System.out.printf(
        "%s: largest deviation from minutes 5 to 10: %+.1f %%%n", what, 100 * deviation);
    assertThat(Math.abs(deviation)).as(what).isLessThanOrEqualTo(FLAT);
  }

  private static long median(List<Sample> window, ToLongFunction<Sample> bytes) {
    return window.stream()
        .mapToLong(bytes)
        .sorted()
        .skip(window.size() / 2)
        .findFirst()
        .orElseThrow();
  }

  private static void requireEveryAnswer(long[] sent, Audit audit) throws Exception {
    long in = LongStream.of(sent).sum();
    Tally tally = audit.awaitAll(sent, PATIENCE);
    System.out.println(tally);
    assertThat(tally).isEqualTo(new Tally(in, in, 0, 0, 0, 0));
  }
}
