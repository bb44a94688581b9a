package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.contender.Limit;
import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.lab.ContenderProcess;
import dev.millrace.benchmarks.lab.Drain;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.benchmarks.lab.Latencies;
import dev.millrace.benchmarks.lab.Pace;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.resnet.ResNet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measures the latency from produce to consume at 10, 50 and 80 % of this machine's capacity. */
final class LatencyPart implements Part {

  private static final String MODEL = "latency";
  private static final int PARTITIONS = 8;
  private static final int BATCH = 8;
  private static final int IMAGES = 30_000;
  private static final List<Integer> HEAVY_LOADS = List.of(80, 50);
  private static final String LIGHT_LOAD = "latency.load_10";
  // These keys give a Kafka Streams topology without a model the same producer linger and commit
  // interval as Millrace. The latency of this topology shows how much of Millrace's latency comes
  // from the machine, the broker and Kafka Streams.
  private static final Map<String, String> AS_PROMPT_AS_MILLRACE =
      Map.of("linger.ms", "1", "commit.interval.ms", "1000");
  private static final Map<String, Double> QUANTILES = quantiles();
  private static final int SECONDS = 20;
  private static final Duration LINGER = Duration.ofMillis(5);

  private static Map<String, Double> quantiles() {
    Map<String, Double> quantiles = new LinkedHashMap<>();
    quantiles.put("p50", 0.5);
    quantiles.put("p99", 0.99);
    quantiles.put("p999", 0.999);
    return quantiles;
  }

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String what() {
    return "ResNet-20 from produce to consume at 10, 50 and 80 % of capacity, and idle";
  }

  @Override
  public void measure(Bench bench) throws IOException, InterruptedException {
    bench.lab().publish(MODEL, ResNet.of("resnet20"));
    List<byte[]> pictures = Photographs.jpegs(32, 32, 100);
    Feed feed = bench.lab().fill("latency", PARTITIONS, pictures, bench.config().images(IMAGES));
    Settings settings = bench.settings(MODEL, Backend.ONNX, BATCH, false, Map.of());
    Settings idling = bench.settings(MODEL, Backend.CONSTANT, BATCH, false, Map.of());
    Duration measured =
        Duration.ofMillis(Math.max(1000, (long) (1000 * SECONDS * bench.config().scale())));
    try (ContenderProcess millrace = start(bench, Contender.MILLRACE, settings, feed);
        ContenderProcess constant = start(bench, Contender.CONSTANT_TOPOLOGY, idling, feed)) {
      double capacity = capacity(bench, millrace, feed, pictures, settings, measured);
      bench.figure(
          "latency.capacity",
          capacity,
          "images/s",
          "the loads are percentages of it; the sender of the images uses the same cores");
      Limit.Rate alone = alone(bench, pictures);
      double model = alone.decodeMillis() + alone.runMillis();
      bench.figure("latency.model", model, "ms", "decoding and running one image alone");
      // The heaviest load comes first, because the JVM warms up faster when threads wait less. So
      // each load warms up the JVM for the next lighter load.
      Paced ours = new Paced("", millrace, settings);
      for (int load : HEAVY_LOADS) {
        pace(
            bench,
            "latency.load_" + load,
            List.of(ours),
            pictures,
            capacity * load / 100,
            measured);
      }
      Paced lingering = new Paced(".linger_5ms", millrace, settings.withLinger(LINGER));
      Paced kafkaStreams =
          new Paced(
              ".kafka_streams",
              constant,
              bench.settings(MODEL, Backend.CONSTANT, BATCH, false, AS_PROMPT_AS_MILLRACE));
      List<List<Latencies>> rounds =
          pace(
              bench,
              LIGHT_LOAD,
              List.of(ours, lingering, kafkaStreams),
              pictures,
              capacity / 10,
              measured);
      for (Map.Entry<String, Double> quantile : QUANTILES.entrySet()) {
        bench.figure(
            LIGHT_LOAD + "." + quantile.getKey() + "_over_kafka_streams",
            Medians.of(rounds, round -> added(round, quantile.getValue())),
            "ms",
            "more than Kafka Streams without a model in the same round");
      }
      idle(bench, millrace, settings, constant, idling, measured);
    }
  }

  private static ContenderProcess start(
      Bench bench, Contender contender, Settings settings, Feed feed)
      throws IOException, InterruptedException {
    return ContenderProcess.start(bench.lab(), contender, settings, feed, bench.practiceRounds());
  }

  /**
   * A contender whose latency is measured.
   *
   * @param suffix text that ends the names of the contender's figures; empty for Millrace itself
   */
  private record Paced(String suffix, ContenderProcess contender, Settings settings) {}

  /**
   * Measures contenders one after another, in rounds. Returns one list for each round, with the
   * latencies in the order of the contenders.
   */
  private static List<List<Latencies>> pace(
      Bench bench,
      String part,
      List<Paced> paced,
      List<byte[]> pictures,
      double perSecond,
      Duration measured)
      throws IOException, InterruptedException {
    List<List<Latencies>> rounds = new ArrayList<>();
    for (int round = 0; round < bench.config().rounds(); round++) {
      List<Latencies> latencies = new ArrayList<>();
      for (Paced one : paced) {
        Latencies last =
            Pace.run(
                bench.lab(),
                one.contender(),
                one.settings(),
                PARTITIONS,
                pictures,
                perSecond,
                measured,
                measured);
        latencies.add(last);
        bench.progress(
            "round %d, %s%s: p50 %.2f, p99 %.2f ms",
            round + 1, part, one.suffix(), last.quantile(0.5), last.quantile(0.99));
      }
      rounds.add(latencies);
    }
    for (int i = 0; i < paced.size(); i++) {
      int which = i;
      String name = part + paced.get(which).suffix();
      bench.figure(
          name + ".cpu",
          Medians.of(rounds, round -> round.get(which).cpuMillisPerImage()),
          "ms/image",
          "processor time of its process");
      QUANTILES.forEach(
          (quantile, value) ->
              bench.figure(
                  name + "." + quantile,
                  Medians.of(rounds, round -> round.get(which).quantile(value)),
                  "ms",
                  String.format(Locale.ROOT, "at %,.0f images/s, at least once", perSecond)));
    }
    return rounds;
  }

  /**
   * Returns the quantile of the first contender's latencies, minus the quantile of the last
   * contender's latencies, in ms.
   */
  private static double added(List<Latencies> round, double quantile) {
    return round.get(0).quantile(quantile) - round.get(round.size() - 1).quantile(quantile);
  }

  /**
   * Returns Millrace's capacity, in images/s. First measures the rate at which Millrace answers a
   * backlog. Then sends images at that rate, and measures the rate at which Millrace answers while
   * the images arrive. The capacity is this second rate.
   */
  private static double capacity(
      Bench bench,
      ContenderProcess millrace,
      Feed feed,
      List<byte[]> pictures,
      Settings settings,
      Duration measured)
      throws IOException, InterruptedException {
    Drained backlog = Drain.run(bench.lab(), millrace, settings, feed, feed.images() / 4);
    List<Latencies> rounds = new ArrayList<>();
    for (int round = 0; round < bench.config().rounds(); round++) {
      Latencies last =
          Pace.run(
              bench.lab(),
              millrace,
              settings,
              PARTITIONS,
              pictures,
              backlog.imagesPerSecond(),
              Duration.ZERO,
              measured);
      rounds.add(last);
      bench.progress(
          "round %d, %,.0f images/s of a backlog, %,.0f images/s as they arrive",
          round + 1, backlog.imagesPerSecond(), last.imagesPerSecond());
    }
    return Medians.of(rounds, Latencies::imagesPerSecond);
  }

  private static Limit.Rate alone(Bench bench, List<byte[]> pictures)
      throws IOException, InterruptedException {
    List<Limit.Rate> rounds = new ArrayList<>();
    for (int round = 0; round < bench.config().rounds(); round++) {
      rounds.add(Limits.measure(bench, MODEL, pictures, 1, 1).decoding());
    }
    return new Limit.Rate(
        Medians.of(rounds, Limit.Rate::imagesPerSecond),
        Medians.of(rounds, Limit.Rate::decodeMillis),
        Medians.of(rounds, Limit.Rate::runMillis));
  }

  private static void idle(
      Bench bench,
      ContenderProcess millrace,
      Settings settings,
      ContenderProcess constant,
      Settings idling,
      Duration measured)
      throws IOException, InterruptedException {
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    for (int round = 0; round < bench.config().rounds(); round++) {
      ours.add(Pace.idleCores(bench.lab(), millrace, settings, PARTITIONS, measured));
      theirs.add(Pace.idleCores(bench.lab(), constant, idling, PARTITIONS, measured));
      bench.progress(
          "round %d, idle: %.4f cores, Kafka Streams %.4f",
          round + 1, ours.get(round), theirs.get(round));
    }
    bench.figure(
        "latency.idle", Medians.of(ours, x -> x), "cores", "processor time with nothing to do");
    bench.figure(
        "latency.idle_over_kafka_streams",
        Medians.ratio(ours, x -> x, theirs, x -> x),
        "",
        "against Kafka Streams with its defaults");
  }
}
