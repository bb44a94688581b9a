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
 * The environment in which a part of the benchmarks takes its measurements.
 *
 * @param lab broker, model repository and processes
 * @param config number of rounds, scale and devices of the measurements
 * @param listener receives the figures
 */
public record Bench(Lab lab, BenchmarkConfig config, Benchmarks.Listener listener) {

  private static final int MOST_PRACTICE_ROUNDS = 10;
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  /** Returns the number of threads of each kind that a contender has: one thread for each core. */
  static int cores() {
    return CORES;
  }

  /** Reports progress. */
  @SuppressWarnings("AnnotateFormatMethod") // @FormatMethod would need another dependency
  void progress(String format, Object... arguments) {
    listener.progress(String.format(format, arguments));
  }

  /** Reports a figure. */
  void figure(String name, double value, String unit, String note) {
    listener.measured(new Figure(name, value, unit, note));
  }

  /**
   * Returns the largest number of practice rounds. With a scale below 0.1 there are none, because
   * such a run only checks that the benchmarks work.
   */
  int practiceRounds() {
    return (int) (MOST_PRACTICE_ROUNDS * config.scale());
  }

  /** Returns settings for a contender; the lab adds the topics, the group and the repository. */
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
