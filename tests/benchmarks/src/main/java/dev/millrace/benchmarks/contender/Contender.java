package dev.millrace.benchmarks.contender;

import dev.millrace.benchmarks.process.Parent;
import java.util.List;

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

  @Override
  public String toString() {
    return title;
  }

  /** Runs one in this process, named by the first argument, until its parent lets go. */
  public static void main(String[] arguments) throws Exception {
    Contender contender = valueOf(arguments[0]);
    List<String> settings = List.of(arguments).subList(1, arguments.length);
    try (AutoCloseable running = contender.start.start(Settings.parse(settings))) {
      Parent.ready();
      Parent.awaitEnd();
    }
  }
}
