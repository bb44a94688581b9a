package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.jmh.Jmh;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JMH benchmarks, one after the other, round by round; every other round the other way round. A
 * second is one of processor time, so that speeds are those of one core.
 */
final class JmhRounds {

  private final Bench bench;
  private final String part;
  private final String unit;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, List<Jmh.Score>> scores = new LinkedHashMap<>();

  private record Entry(Class<?> type, String method, Map<String, String> parameters, String note) {}

  /**
   * For a part's figures.
   *
   * @param part what their names begin with
   * @param unit of the speeds
   */
  JmhRounds(Bench bench, String part, String unit) {
    this.bench = bench;
    this.part = part;
    this.unit = unit;
  }

  /**
   * Enters one.
   *
   * @param name what its figures are called
   * @param method of the class
   * @param note what it is
   */
  void enter(
      String name, Class<?> type, String method, Map<String, String> parameters, String note) {
    entries.put(name, new Entry(type, method, parameters, note));
    scores.put(name, new ArrayList<>());
  }

  /** Runs them all, and says how fast they are and what they allocate. */
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
              unit.replace(" a core", ""),
              "on all cores, as far as it uses them");
          bench.figure(
              figure + "_bytes",
              Medians.of(rounds, Jmh.Score::bytes),
              "bytes",
              "on the heap, for each");
        });
  }

  /** Says how fast one is as a part of another. */
  void ratio(String over, String under) {
    bench.figure(
        part + "." + over + "_over_" + under,
        Medians.ratio(
            scores.get(over), Jmh.Score::perSecond, scores.get(under), Jmh.Score::perSecond),
        "",
        "its speed as a part of the other's");
  }
}
