package dev.millrace.benchmarks.jmh;

import dev.millrace.service.bench.BenchmarkException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs JMH benchmarks, each in a JVM of its own, on one thread.
 *
 * @param jvmOptions options of the JVMs in which benchmarks run
 * @param scale duration of a measurement, relative to the duration that reliable figures need
 * @param log file that receives the output of the JVMs, such as warnings of newer Java versions.
 *     Without the file, this output would appear on this process's standard output
 */
public record Jmh(List<String> jvmOptions, double scale, Path log) {

  private static final int ITERATIONS = 5;
  private static final int ITERATION_MILLIS = 1000;
  private static final double NANOS_A_SECOND = 1e9;
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  /**
   * The result of a benchmark.
   *
   * @param perSecond operations per second of processor time
   * @param perSecondOfTime operations per second of wall-clock time
   * @param bytes number of bytes that one operation allocates on the heap
   */
  public record Score(double perSecond, double perSecondOfTime, double bytes) {}

  /** Runs a benchmark method with these values of its class's parameters, and returns the score. */
  public Score run(Class<?> benchmark, String method, Map<String, String> parameters) {
    TimeValue iteration = TimeValue.milliseconds(Math.max(1, (long) (ITERATION_MILLIS * scale)));
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + Pattern.quote(benchmark.getName() + "." + method) + "$")
            .mode(Mode.Throughput)
            .timeUnit(TimeUnit.SECONDS)
            .threads(1)
            .forks(1)
            .warmupIterations(ITERATIONS)
            .warmupTime(iteration)
            .measurementIterations(ITERATIONS)
            .measurementTime(iteration)
            .addProfiler(GCProfiler.class)
            .addProfiler(CpuTimeProfiler.class)
            .jvmArgs(jvmOptions.toArray(String[]::new))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .output(log.toString());
    parameters.forEach(options::param);
    try {
      RunResult result = new Runner(options.build()).runSingle();
      return new Score(
          NANOS_A_SECOND / result.getSecondaryResults().get(CpuTimeProfiler.RESULT).getScore(),
          result.getPrimaryResult().getScore(),
          result.getSecondaryResults().get(ALLOCATED).getScore());
    } catch (RunnerException e) {
      throw new BenchmarkException("JMH failed to run " + method + ": " + e);
    }
  }
}
