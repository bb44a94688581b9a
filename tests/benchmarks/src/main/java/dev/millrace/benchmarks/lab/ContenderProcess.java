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
 * The process of a contender, which has practised. It works for one measurement after the other,
 * each time with clients, threads and topics of its own, and does nothing in between. For one
 * thread.
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
   * Starts one, and has it practise.
   *
   * @param wanted what to tell it
   * @param feed what it practises on
   * @param rounds how often it goes through that, at most
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

  /** What it does, until this is closed. */
  final class Work implements AutoCloseable {
    private boolean ready;

    /** Returns when it has begun. */
    void awaitBegun() throws InterruptedException {
      if (!ready) {
        awaitReady();
        ready = true;
      }
    }

    /** As {@link ContenderProcess#irreducibleTime()}, while it works. */
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

  /** Has it work. Images that are there it may answer before it says that it has begun. */
  Work begin(Settings settings) {
    child.tell(Contender.line(settings));
    return new Work();
  }

  /** Processor time that it has spent on decoding and running; to be asked while it rests. */
  Duration irreducibleTime() throws InterruptedException {
    child.tell(Contender.IRREDUCIBLE);
    return Duration.ofNanos(Long.parseLong(child.next(PATIENCE)));
  }

  private void awaitReady() throws InterruptedException {
    if (!child.next(PATIENCE).equals(Parent.READY)) {
      throw child.failed("(" + contender + ") is not ready");
    }
  }

  /** Its process. */
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
