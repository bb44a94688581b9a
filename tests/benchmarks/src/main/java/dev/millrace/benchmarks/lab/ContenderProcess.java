package dev.millrace.benchmarks.lab;

import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.process.Child;
import dev.millrace.benchmarks.process.Parent;
import dev.millrace.service.bench.BenchmarkException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A contender's process. It first practises, and then executes one measured run after another. Each
 * run has its own Kafka clients, threads and topics. Between runs, the process is idle. Not
 * thread-safe.
 */
public final class ContenderProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Contender contender;
  private final Child child;

  private ContenderProcess(Contender contender, Child child) {
    this.contender = contender;
    this.child = child;
  }

  /**
   * Starts a contender's process and lets it practise.
   *
   * @param wanted the contender's settings
   * @param feed images that the contender classifies as practice
   * @param rounds largest number of practice rounds
   */
  public static ContenderProcess start(
      Lab lab, Contender contender, Settings wanted, Feed feed, int rounds)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    arguments.add(contender.name());
    arguments.add(Integer.toString(rounds));
    arguments.addAll(lab.prepare(wanted, feed).arguments());
    Child child =
        Child.start(
            lab.folder(), lab.jvmOptions(), contender.ownLibraries(), Contender.class, arguments);
    ContenderProcess process = new ContenderProcess(contender, child);
    try {
      process.awaitReady();
    } catch (BenchmarkException | InterruptedException e) {
      child.close();
      throw e;
    }
    return process;
  }

  /** A run of the contender. Closing this object ends the run. */
  final class Work implements AutoCloseable {
    private boolean ready;

    /** Waits until the run has begun. */
    void awaitBegun() throws InterruptedException {
      if (!ready) {
        awaitReady();
        ready = true;
      }
    }

    /**
     * Returns the result of {@link ContenderProcess#irreducibleTime()}. Unlike that method, this
     * method may be called during the run.
     */
    Duration irreducibleTime() throws InterruptedException {
      awaitBegun();
      return ContenderProcess.this.irreducibleTime();
    }

    @Override
    public void close() throws InterruptedException {
      awaitBegun();
      child.tell(Contender.STOP);
      awaitReady();
    }
  }

  /** Begins a run. The contender may answer images before it reports that the run has begun. */
  Work begin(Settings settings) {
    child.tell(Contender.line(settings));
    return new Work();
  }

  /**
   * Returns the processor time that the contender has spent on decoding images and running the
   * model. Call this method only between runs.
   */
  Duration irreducibleTime() throws InterruptedException {
    child.tell(Contender.IRREDUCIBLE);
    return Duration.ofNanos(Long.parseLong(child.next(PATIENCE)));
  }

  private void awaitReady() throws InterruptedException {
    if (!child.next(PATIENCE).equals(Parent.READY)) {
      throw child.failed("(" + contender + ") is not ready");
    }
  }

  /** Returns the contender's process. */
  Child child() {
    return child;
  }

  @Override
  public String toString() {
    return contender.toString();
  }

  @Override
  public void close() {
    child.close();
  }
}
