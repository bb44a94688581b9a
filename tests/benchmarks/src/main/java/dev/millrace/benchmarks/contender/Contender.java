package dev.millrace.benchmarks.contender;

import dev.millrace.benchmarks.process.Parent;
import dev.millrace.service.bench.BenchmarkException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The compared programs that classify images. Each program reads images from one topic and writes
 * predictions to another topic. Each program is written as a user of its library would write it.
 */
public enum Contender {
  /** The service as {@code millrace serve} runs it. */
  MILLRACE("Millrace", Millrace::start),

  /** The service whose metrics are read each second, and one in a hundred images traced. */
  OBSERVED("Millrace, observed", ObservedMillrace::start),

  /** The service as {@code millrace serve --infer} runs it, with 200 clients of its own. */
  MILLRACE_WITH_CLIENTS("Millrace with 200 clients", MillraceWithClients::start),

  /** Kafka Streams as tutorials show it: one image at a time in {@code mapValues}. */
  MAP_VALUES("mapValues", MapValues::start),

  /**
   * A poll loop on one thread for each core. Each thread has its own consumer, classifies the
   * records of each poll as one batch, produces and flushes the predictions, and commits the
   * offsets.
   */
  POLL_LOOP("poll loop", PollLoop::start),

  /** Confluent's Parallel Consumer with batches. */
  PARALLEL_CONSUMER("Parallel Consumer", ParallelConsumerPeer::start),

  /** Flink with asynchronous I/O and checkpoints. */
  FLINK("Flink", FlinkPeer::start),

  /** Kafka Streams without a model: reads the images and writes a constant prediction for each. */
  CONSTANT_TOPOLOGY("constant topology", ConstantTopology::start),

  /** Kafka Streams as the benchmark Crayfish uses it, on Crayfish's events. */
  CRAYFISH("Crayfish's Kafka Streams", CrayfishStreams::start);

  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // a method reference has no state
  private final Start start;

  /** Starts a contender. Closing the returned object stops the contender. */
  private interface Start {
    AutoCloseable start(Settings settings) throws Exception;
  }

  Contender(String title, Start start) {
    this.title = title;
    this.start = start;
  }

  /**
   * Returns the jars that only this contender needs. These jars must come first on the contender's
   * class path. They are in a folder with the contender's name, next to the benchmarks' jar.
   *
   * @throws BenchmarkException if the location of the benchmarks' jar is not a path
   */
  public List<Path> ownLibraries() throws IOException {
    Path jar;
    try {
      jar = Path.of(Contender.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new BenchmarkException("the location of the benchmarks' jar is not a path: " + e);
    }
    Path folder = jar.resolveSibling(name().toLowerCase(Locale.ROOT));
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> jars = Files.list(folder)) {
      return jars.sorted().toList();
    }
  }

  @Override
  public String toString() {
    return title;
  }

  /** Line on standard input that ends a run. */
  public static final String STOP = "stop";

  /**
   * Line on standard input that asks for {@link IrreducibleWork#nanos()}. The parent process must
   * not send this line while a run begins or ends.
   */
  public static final String IRREDUCIBLE = "irreducible";

  private static final String SEPARATOR = "\t";

  /** Returns the line that begins a run with these settings. */
  public static String line(Settings settings) {
    return String.join(SEPARATOR, settings.arguments());
  }

  /**
   * Runs a contender in this process, until the parent process closes standard input. The first
   * argument names the contender, the second is the largest number of practice rounds, and all
   * other arguments are the settings for the practice; see {@link Practice}. After the practice,
   * each line of settings on standard input begins a run, and each line {@link #STOP} ends a run.
   */
  public static void main(String[] arguments) throws Exception {
    List<String> told = List.of(arguments);
    Contender contender = valueOf(told.get(0));
    Practice practice = new Practice(Integer.parseInt(told.get(1)));
    Settings practising = Settings.parse(told.subList(2, told.size()));
    while (practice.goesOn()) {
      try (AutoCloseable running = contender.start.start(practising.practice(practice.number()))) {
        practice.awaitRest();
      }
    }
    Parent.ready();
    for (String line = hear(); line != null; line = hear()) {
      Settings settings = Settings.parse(List.of(line.split(SEPARATOR, -1)));
      try (AutoCloseable running = contender.start.start(settings)) {
        Parent.ready();
        hear();
      }
      Parent.ready();
    }
  }

  /**
   * Reads lines from standard input, and returns the first one that is not {@link #IRREDUCIBLE}.
   * Replies to each {@link #IRREDUCIBLE} line with the processor time.
   */
  private static String hear() throws InterruptedException {
    String line = Parent.hear();
    while (IRREDUCIBLE.equals(line)) {
      Parent.tell(Long.toString(IrreducibleWork.nanos()));
      line = Parent.hear();
    }
    return line;
  }
}
