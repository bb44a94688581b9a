package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.lab.AppendTimes;
import dev.millrace.benchmarks.lab.ContenderProcess;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.benchmarks.lab.Latencies;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A program of {@link CrayfishPart} on one kind of events, with its results of all rounds.
 *
 * @param name the program in the names of the figures
 * @param title the program in words
 * @param process the process that runs the program, and maybe other programs in turn
 * @param settings the program's settings
 * @param feed events whose throughput is measured
 * @param events events whose latency is measured
 * @param drained throughput of each round
 * @param paced latencies of each round
 */
record CrayfishProgram(
    String name,
    String title,
    ContenderProcess process,
    Settings settings,
    Feed feed,
    AppendTimes.Events events,
    List<Drained> drained,
    List<Latencies> paced) {

  private static final int SECONDS = 20;

  /** Creates a program without results. */
  CrayfishProgram(
      String name,
      String title,
      ContenderProcess process,
      Settings settings,
      Feed feed,
      AppendTimes.Events events) {
    this(name, title, process, settings, feed, events, new ArrayList<>(), new ArrayList<>());
  }

  /** Lets the program answer all events of its feed. */
  Drained drain(Bench bench) throws IOException, InterruptedException {
    return AppendTimes.drain(bench.lab(), process, settings, feed);
  }

  /** Measures throughput and latency once. */
  void measure(Bench bench, CrayfishWorkload workload, int round)
      throws IOException, InterruptedException {
    Drained throughput = drain(bench);
    Latencies latencies =
        AppendTimes.pace(
            bench.lab(),
            process,
            settings,
            feed.partitions(),
            events,
            workload.perSecond(),
            Duration.ofMillis(Math.max(1000, (long) (1000 * SECONDS * bench.config().scale()))));
    drained.add(throughput);
    paced.add(latencies);
    bench.progress(
        "round %d, %s, %s: %,.1f events/s, %.3f ms of CPU per event, p50 %.0f, p95 %.0f ms",
        round + 1,
        workload.model(),
        name,
        throughput.imagesPerSecond(),
        throughput.cpuMillisPerImage(),
        latencies.quantile(0.5),
        latencies.quantile(0.95));
  }

  /** Reports the medians over the rounds. */
  void tell(Bench bench, String prefix, CrayfishWorkload workload) {
    String figure = prefix + name;
    String rate = String.format(Locale.ROOT, "latency at %,.0f events/s", workload.perSecond());
    bench.figure(figure, Medians.of(drained, Drained::imagesPerSecond), "events/s", title);
    bench.figure(
        figure + "_cpu",
        Medians.of(drained, Drained::cpuMillisPerImage),
        "ms/event",
        "processor time of its process");
    bench.figure(figure + ".p50", Medians.of(paced, round -> round.quantile(0.5)), "ms", rate);
    bench.figure(figure + ".p95", Medians.of(paced, round -> round.quantile(0.95)), "ms", rate);
  }
}
