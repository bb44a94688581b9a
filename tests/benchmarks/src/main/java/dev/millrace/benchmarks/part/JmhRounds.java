package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.jmh.Jmh;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs JMH benchmarks one after another, in rounds. Every second round runs in reverse order. A
 * speed is the number of operations per second of processor time, so it is the speed of one core.
 */
final class JmhRounds {

  private final Bench bench;
  private final String part;
  private final String unit;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, List<Jmh.Score>> scores = new LinkedHashMap<>();

  private record Entry(Class<?> type, String method, Map<String, String> parameters, String note) {}

  /**
   * Creates rounds for one part of the benchmarks.
   *
   * @param part prefix of the figures' names
   * @param unit unit of the speeds
   */
  JmhRounds(Bench bench, String part, String unit) {
    this.bench = bench;
    this.part = part;
    this.unit = unit;
  }

  /**
   * Adds a benchmark.
   *
   * @param name name of the benchmark's figures; the part's prefix comes before it
   * @param method name of the benchmark method in {@code type}
   * @param note description of the benchmark
   */
  void enter(
      String name, Class<?> type, String method, Map<String, String> parameters, String note) {
    entries.put(name, new Entry(type, method, parameters, note));
    scores.put(name, new ArrayList<>());
  }

  /** Runs all benchmarks, and reports their speeds and the bytes that they allocate. */
  void run() {
    Jmh jmh =
        new Jmh(
            bench.lab().jvmOptions(),
            bench.config().scale(),
            bench.lab().folder().resolve("jmh.log"));
    List<String> order = new ArrayList<>(entries.keySet());
    for (int round = 0; round < bench.config().rounds(); round++) {
      for (String name : order) {
        Entry entry = entries.get(name);
        Jmh.Score score = jmh.run(entry.type(), entry.method(), entry.parameters());
        scores.get(name).add(score);
        bench.progress(
            "round %d, %s.%s: %,.1f %s, %,.0f bytes each",
            round + 1, part, name, score.perSecond(), unit, score.bytes());
      }
      Collections.reverse(order);
    }
    entries.forEach(
        (name, entry) -> {
          String figure = part + "." + name;
          List<Jmh.Score> rounds = scores.get(name);
          bench.figure(figure, Medians.of(rounds, Jmh.Score::perSecond), unit, entry.note());
          bench.figure(
              figure + "_wall",
              Medians.of(rounds, Jmh.Score::perSecondOfTime),
              unit.replace(" per core", ""),
              "on all cores that it uses");
          bench.figure(
              figure + "_bytes",
              Medians.of(rounds, Jmh.Score::bytes),
              "bytes",
              "allocated on the heap for each");
        });
  }

  /**
   * Reports the speed of the benchmark {@code over}, divided by the speed of the benchmark {@code
   * under}.
   */
  void ratio(String over, String under) {
    bench.figure(
        part + "." + over + "_over_" + under,
        Medians.ratio(
            scores.get(over), Jmh.Score::perSecond, scores.get(under), Jmh.Score::perSecond),
        "",
        "ratio of the speeds");
  }
}
