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

/** Ways to classify the images of a topic into another, each as its users would build it. */
public enum Contender {
  /** The service as {@code millrace serve} runs it. */
  MILLRACE("Millrace", Millrace::start),

  /** Kafka Streams as the tutorials show it: an image at a time in {@code mapValues}. */
  MAP_VALUES("mapValues", MapValues::start),

  /** A consumer a core: batch what a poll returned, produce, commit. */
  POLL_LOOP("poll loop", PollLoop::start),

  /** Confluent's Parallel Consumer with its batches. */
  PARALLEL_CONSUMER("Parallel Consumer", ParallelConsumerPeer::start),

  /** Flink with asynchronous I/O and checkpoints. */
  FLINK("Flink", FlinkPeer::start),

  /** Kafka Streams that reads the same and writes as much, and does nothing else. */
  CONSTANT_TOPOLOGY("constant topology", ConstantTopology::start);

  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // a method reference, which keeps no state
  private final Start start;

  /** Begins to classify, until what it returns is closed. */
  private interface Start {
    AutoCloseable start(Settings settings) throws Exception;
  }

  Contender(String title, Start start) {
    this.title = title;
    this.start = start;
  }

  /**
   * Jars of versions that it needs and nobody else has, to come first on its class path: in a
   * folder of its name beside the benchmarks' jar.
   *
   * @throws BenchmarkException if the benchmarks come from no jar
   */
  public List<Path> ownLibraries() throws IOException {
    Path jar;
    try {
      jar = Path.of(Contender.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new BenchmarkException("the benchmarks lie in a place without a path: " + e);
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

  /** What ends a run. */
  public static final String STOP = "stop";

  /** What asks for {@link IrreducibleWork#nanos()}, at any time but while a run begins or ends. */
  public static final String IRREDUCIBLE = "irreducible";

  private static final String SEPARATOR = "\t";

  /** What begins a run with these settings. */
  public static String line(Settings settings) {
    return String.join(SEPARATOR, settings.arguments());
  }

  /**
   * Runs one in this process, named by the first argument, again and again until its parent lets
   * go: each line begins a run, {@link #STOP} ends it. It practises before, as often as the second
   * argument says, with the settings that follow; see {@link Practice}.
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

  /** The next line but those that ask for something, which it answers. */
  private static String hear() throws IOException {
    String line = Parent.hear();
    while (IRREDUCIBLE.equals(line)) {
      Parent.tell(Long.toString(IrreducibleWork.nanos()));
      line = Parent.hear();
    }
    return line;
  }
}
