package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.lab.AppendTimes;
import dev.millrace.benchmarks.lab.ContenderProcess;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.benchmarks.lab.Latencies;
import dev.millrace.core.model.Device;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Repeats the two workloads of Crayfish (EDBT 2024) at parallelism 1, with Crayfish's Kafka Streams
 * design and with Millrace. Each has one stream thread, and one thread that runs the network. Both
 * read the same events and measure at the same points, which {@link AppendTimes} describes.
 * Millrace is also measured on JPEG files of the same size in pixels, because Millrace's users send
 * encoded images.
 */
final class CrayfishPart implements Part {

  private static final int PARTITIONS = 32;
  private static final int BATCH = 8;
  private static final int SECONDS = 20;
  // The name of Crayfish's design in the names of the figures.
  private static final String PEER = "kafka_streams";
  // Crayfish's limit for requests, in bytes.
  private static final String REQUEST = "52428800";
  private static final Map<String, String> PEER_KEYS =
      Map.of("max.request.size", REQUEST, "max.partition.fetch.bytes", REQUEST);

  private final List<CrayfishWorkload> workloads;

  /** Creates the part with both workloads. */
  CrayfishPart() {
    this(List.of(CrayfishWorkload.FFNN, CrayfishWorkload.RESNET50));
  }

  /** Creates the part with these workloads. */
  CrayfishPart(List<CrayfishWorkload> workloads) {
    this.workloads = List.copyOf(workloads);
  }

  @Override
  public String name() {
    return "crayfish";
  }

  @Override
  public String what() {
    return "the two workloads of Crayfish (EDBT 2024), against its Kafka Streams design";
  }

  @Override
  public boolean isOn(Device.Kind device) {
    return device == Device.Kind.CPU;
  }

  @Override
  public void measure(Bench bench) throws IOException, InterruptedException {
    for (CrayfishWorkload workload : workloads) {
      measure(bench, workload);
    }
  }

  /** A program on one kind of events, with its results of all rounds. */
  private record Entry(
      String name,
      ContenderProcess process,
      Settings settings,
      Feed feed,
      AppendTimes.Events events,
      List<Drained> drained,
      List<Latencies> paced) {

    static Entry start(
        Bench bench,
        String name,
        Contender contender,
        Settings settings,
        Feed feed,
        AppendTimes.Events events)
        throws IOException, InterruptedException {
      ContenderProcess process =
          ContenderProcess.start(bench.lab(), contender, settings, feed, bench.practiceRounds());
      return new Entry(
          name, process, settings, feed, events, new ArrayList<>(), new ArrayList<>());
    }

    Drained drain(Bench bench) throws IOException, InterruptedException {
      return AppendTimes.drain(bench.lab(), process, settings, feed);
    }
  }

  private static void measure(Bench bench, CrayfishWorkload workload)
      throws IOException, InterruptedException {
    workload.publish(bench.lab());
    List<byte[]> points = workload.points();
    List<byte[]> pictures = workload.pictures();
    int count = Math.max(CrayfishWorkload.FEWEST, bench.config().images(workload.events()));
    Feed json = bench.lab().fill(workload.model() + "-json", PARTITIONS, points, count);
    Feed jpeg = bench.lab().fill(workload.model() + "-jpeg", PARTITIONS, pictures, count);
    AppendTimes.Events jsonEvents = CrayfishWorkload.stamped(points);
    AppendTimes.Events jpegEvents = (number, created) -> pictures.get(number % pictures.size());
    Settings peer = settings(bench, workload, Backend.POINTS, PEER_KEYS);
    Settings ours = settings(bench, workload, Backend.POINTS, Map.of());
    Settings encoded = settings(bench, workload, Backend.ONNX, Map.of());
    List<Entry> entries = new ArrayList<>();
    try {
      entries.add(Entry.start(bench, PEER, Contender.CRAYFISH, peer, json, jsonEvents));
      entries.add(Entry.start(bench, "json", Contender.MILLRACE, ours, json, jsonEvents));
      entries.add(Entry.start(bench, "jpeg", Contender.MILLRACE, encoded, jpeg, jpegEvents));
      for (Entry entry : entries) {
        var rehearsal = entry.drain(bench);
      }
      for (int round = 0; round < bench.config().rounds(); round++) {
        round(bench, workload, entries, round);
      }
    } finally {
      entries.forEach(entry -> entry.process().close());
    }
    tell(bench, workload, entries);
  }

  private static Settings settings(
      Bench bench, CrayfishWorkload workload, Backend backend, Map<String, String> kafka) {
    return bench.settings(workload.model(), backend, BATCH, false, kafka).withThreads(1);
  }

  private static void round(
      Bench bench, CrayfishWorkload workload, List<Entry> entries, int number)
      throws IOException, InterruptedException {
    List<Entry> order = new ArrayList<>(entries);
    if (number % 2 == 1) {
      Collections.reverse(order);
    }
    Duration measured =
        Duration.ofMillis(Math.max(1000, (long) (1000 * SECONDS * bench.config().scale())));
    for (Entry entry : order) {
      Drained drained = entry.drain(bench);
      entry.drained().add(drained);
      Latencies paced =
          AppendTimes.pace(
              bench.lab(),
              entry.process(),
              entry.settings(),
              PARTITIONS,
              entry.events(),
              workload.perSecond(),
              measured);
      entry.paced().add(paced);
      bench.progress(
          "round %d, %s, %s: %,.1f events/s, %.3f ms of CPU per event, p50 %.0f, p95 %.0f ms",
          number + 1,
          workload.model(),
          entry.name(),
          drained.imagesPerSecond(),
          drained.cpuMillisPerImage(),
          paced.quantile(0.5),
          paced.quantile(0.95));
    }
  }

  private static void tell(Bench bench, CrayfishWorkload workload, List<Entry> entries) {
    String prefix = "crayfish." + workload.model() + ".";
    List<Drained> peer = entries.get(0).drained();
    String rate = String.format(Locale.ROOT, "at %,.0f events/s", workload.perSecond());
    for (Entry entry : entries) {
      String name = prefix + entry.name();
      boolean isPeer = entry.name().equals(PEER);
      bench.figure(
          name,
          Medians.of(entry.drained(), Drained::imagesPerSecond),
          "events/s",
          isPeer ? "Crayfish's design, rebuilt; " + workload.published() : "Millrace");
      bench.figure(
          name + "_cpu",
          Medians.of(entry.drained(), Drained::cpuMillisPerImage),
          "ms/event",
          "processor time of its process");
      bench.figure(name + ".p50", Medians.of(entry.paced(), p -> p.quantile(0.5)), "ms", rate);
      bench.figure(name + ".p95", Medians.of(entry.paced(), p -> p.quantile(0.95)), "ms", rate);
      if (!isPeer) {
        bench.figure(
            name + "_over_" + PEER,
            Medians.ratio(entry.drained(), Drained::imagesPerSecond, peer, Drained::imagesPerSecond),
            "",
            "against Crayfish's design in the same round");
      }
    }
  }
}
