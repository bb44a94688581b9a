package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.lab.Lab;
import dev.millrace.core.model.Device;
import dev.millrace.service.bench.BenchmarkConfig;
import dev.millrace.service.bench.Benchmarks;
import dev.millrace.service.bench.Figure;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a part measures with.
 *
 * @param lab where
 * @param config how
 * @param listener hears the figures
 */
public record Bench(Lab lab, BenchmarkConfig config, Benchmarks.Listener listener) {

  private static final int MOST_PRACTICE_ROUNDS = 10;
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  /** Threads that a contender gets of each kind: one a core. */
  static int cores() {
    return CORES;
  }

  /** Says what is going on. */
  @SuppressWarnings("AnnotateFormatMethod") // its annotation would be a dependency
  void progress(String format, Object... arguments) {
    listener.progress(String.format(format, arguments));
  }

  /** Says a figure. */
  void figure(String name, double value, String unit, String note) {
    listener.measured(new Figure(name, value, unit, note));
  }

  /** How often a contender practises, at most. */
  int practiceRounds() {
    return Math.max(1, (int) (MOST_PRACTICE_ROUNDS * config.scale()));
  }

  /** What contenders are told; the lab adds where from and where to. */
  Settings settings(
      String model,
      Backend backend,
      int maxBatchSize,
      boolean exactlyOnce,
      Map<String, String> kafka) {
    return new Settings(
        lab.bootstrapServers(),
        "",
        "",
        "",
        exactlyOnce,
        Path.of(""),
        model,
        backend,
        backend == Backend.ONNX ? config.devices() : List.of(Device.CPU),
        maxBatchSize,
        null,
        CORES,
        kafka);
  }
}
