package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.lab.ContenderProcess;
import dev.millrace.benchmarks.lab.Drain;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.benchmarks.lab.Feed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures contenders on the same images, one after another, in rounds. Every second round runs in
 * reverse order, so that no contender always runs first. Each contender has its own process, which
 * practises before its first round.
 */
final class Race implements AutoCloseable {

  private final Bench bench;
  private final int practiceRounds;
  private final Optional<Feed> practice;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, ContenderProcess> processes = new LinkedHashMap<>();
  private final Map<String, List<Drained>> results = new LinkedHashMap<>();

  /**
   * A contender in the race.
   *
   * @param feed images that the contender classifies
   * @param unmeasured number of images that must have an answer before the measurement begins
   */
  private record Entry(Contender contender, Settings settings, Feed feed, int unmeasured) {

    boolean exactlyOnce() {
      return settings.exactlyOnce();
    }
  }

  /**
   * Creates a race in which each contender practises on the same images that it classifies later.
   */
  Race(Bench bench) {
    this(bench, bench.practiceRounds(), Optional.empty());
  }

  /** Creates a race with at most {@code practiceRounds} rounds of practice. */
  Race(Bench bench, int practiceRounds) {
    this(bench, practiceRounds, Optional.empty());
  }

  /** Creates a race in which each contender practises on the images of {@code practice}. */
  Race(Bench bench, Feed practice) {
    this(bench, bench.practiceRounds(), Optional.of(practice));
  }

  private Race(Bench bench, int practiceRounds, Optional<Feed> practice) {
    this.bench = bench;
    this.practiceRounds = practiceRounds;
    this.practice = practice;
  }

  /** Adds a contender. The names of its figures contain {@code name}. */
  void enter(String name, Contender contender, Settings settings, Feed feed, int unmeasured) {
    entries.put(name, new Entry(contender, settings, feed, unmeasured));
    results.put(name, new ArrayList<>());
  }

  /**
   * Runs every contender once without measuring it. Practice uses a model that takes no time, but
   * the rehearsal uses the real model. The rehearsal also warms up the broker with all contenders.
   */
  void rehearse() throws IOException, InterruptedException {
    for (String name : entries.keySet()) {
      run(name);
    }
    bench.progress("rehearsal finished");
  }

  /** Runs one round. */
  void round(int number) throws IOException, InterruptedException {
    List<String> order = new ArrayList<>(entries.keySet());
    if (number % 2 == 1) {
      Collections.reverse(order);
    }
    for (String name : order) {
      Drained drained = run(name);
      results.get(name).add(drained);
      bench.progress(
          "round %d, %s: %,.0f images/s, %.3f ms of CPU per image",
          number + 1, name, drained.imagesPerSecond(), drained.cpuMillisPerImage());
    }
  }

  private Drained run(String name) throws IOException, InterruptedException {
    Entry entry = entries.get(name);
    return Drain.run(
        bench.lab(), process(name), entry.settings(), entry.feed(), entry.unmeasured());
  }

  private ContenderProcess process(String name) throws IOException, InterruptedException {
    ContenderProcess process = processes.get(name);
    if (process == null) {
      Entry entry = entries.get(name);
      process =
          ContenderProcess.start(
              bench.lab(),
              entry.contender(),
              entry.settings(),
              practice.orElse(entry.feed()),
              practiceRounds);
      processes.put(name, process);
    }
    return process;
  }

  /** Returns a contender's results, one for each round. */
  List<Drained> of(String name) {
    return results.get(name);
  }

  /** Reports each contender's median speed and median processor time. */
  void tell(String part) {
    entries.forEach(
        (name, entry) -> {
          String guarantee = entry.exactlyOnce() ? "exactly once" : "at least once";
          bench.figure(
              part + "." + name,
              Medians.of(of(name), Drained::imagesPerSecond),
              "images/s",
              entry.contender() + ", " + guarantee);
          bench.figure(
              part + "." + name + "_cpu",
              Medians.of(of(name), Drained::cpuMillisPerImage),
              "ms/image",
              "processor time of its process");
        });
  }

  /**
   * Returns a contender's speed, divided by the speed of the fastest other contender.
   *
   * @param exactlyOnce whether the other contenders process exactly once (true) or at least once
   *     (false); if empty, contenders with both guarantees are compared
   */
  double overBestPeer(String name, Optional<Boolean> exactlyOnce) {
    String best = null;
    for (Map.Entry<String, Entry> other : entries.entrySet()) {
      Entry entry = other.getValue();
      boolean rival =
          entry.contender() != entries.get(name).contender()
              && (exactlyOnce.isEmpty() || entry.exactlyOnce() == exactlyOnce.get());
      if (rival && (best == null || speed(other.getKey()) > speed(best))) {
        best = other.getKey();
      }
    }
    return Medians.ratio(of(name), Drained::imagesPerSecond, of(best), Drained::imagesPerSecond);
  }

  @Override
  public void close() {
    processes.values().forEach(ContenderProcess::close);
  }

  private double speed(String name) {
    return Medians.of(of(name), Drained::imagesPerSecond);
  }
}
