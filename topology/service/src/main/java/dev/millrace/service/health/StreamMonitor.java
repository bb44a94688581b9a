package dev.millrace.service.health;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the problems of a running service. {@link #look} reads the state of the stream, the topics
 * and the failures, and returns the problems that have lasted longer than 10 s. Thread-safe.
 */
final class StreamMonitor {

  private static final Logger log = LoggerFactory.getLogger(StreamMonitor.class);

  /** The time that a problem must last before it is reported. */
  static final Duration GRACE = Duration.ofSeconds(10);

  private final StreamsView streams;
  private final TopicWatch topics;
  private final Supplier<Optional<ThreadFailure>> lastFailure;
  private final Supplier<Optional<String>> fetchProblem;
  private final Duration longestSilence;
  private final Consumer<String> onHang;
  private final MultiGauge stalled;

  private final PartitionProgress progress = new PartitionProgress();
  private final Set<TopicPartition> told = new HashSet<>();
  private Optional<ThreadFailure> unmended = Optional.empty();
  private Long fetchesFailSince;
  private boolean worked;

  /**
   * Creates the monitor.
   *
   * @param streams the state of the stream
   * @param topics the state of the topics
   * @param lastFailure returns the last failure of a stream thread, if there was one
   * @param fetchProblem returns why images cannot be fetched at the moment; empty if they can
   * @param longestSilence the time without a poll after which a stream thread counts as hanging
   * @param onHang receives one line of text if a stream thread hangs
   * @param registry receives a gauge that says how long each partition has stood still; the caller
   *     closes the registry
   */
  StreamMonitor(
      StreamsView streams,
      TopicWatch topics,
      Supplier<Optional<ThreadFailure>> lastFailure,
      Supplier<Optional<String>> fetchProblem,
      Duration longestSilence,
      Consumer<String> onHang,
      MeterRegistry registry) {
    this.streams = streams;
    this.topics = topics;
    this.lastFailure = lastFailure;
    this.fetchProblem = fetchProblem;
    this.longestSilence = longestSilence;
    this.onHang = onHang;
    this.stalled =
        MultiGauge.builder("millrace.partition.stalled")
            .description("How long a partition has stood still although records wait in it")
            .baseUnit("seconds")
            .register(registry);
  }

  /**
   * Checks the service once.
   *
   * @param now the time, as {@link System#nanoTime}
   * @return the problems that have lasted longer than 10 s, and the image stores that are
   *     unavailable; empty if the service is ready
   */
  synchronized List<Problem> look(long now) {
    boolean whole = streams.isWhole();
    worked |= whole;
    progress.observe(streams.partitions(), whole, now);
    Duration silence = streams.longestSilence();
    if (streams.isAtWork() && silence.compareTo(longestSilence) > 0) {
      onHang.accept(
          "a stream thread hangs: it has asked for no record for "
              + silence.toSeconds()
              + " s, and its group would soon remove it");
    }
    List<Problem> found = new ArrayList<>();
    if (!worked) {
      found.add(Problem.of(Problem.Kind.STARTING, 0, "the service has not joined its group yet"));
    }
    threads(whole, now).ifPresent(found::add);
    topics(now, found);
    fetches(now).ifPresent(found::add);
    partitions(now, found);
    return List.copyOf(found);
  }

  /** Returns the failure of a stream thread as a problem, until all stream threads work again. */
  private Optional<Problem> threads(boolean whole, long now) {
    Optional<ThreadFailure> last = lastFailure.get();
    if (whole) {
      unmended = Optional.empty();
    } else if (unmended.isEmpty()) {
      unmended = last.filter(failure -> now - failure.at() < GRACE.toNanos());
    }
    return unmended
        .filter(failure -> isLong(now - failure.at()))
        .map(
            failure ->
                Problem.of(
                    Problem.Kind.THREAD_FAILED,
                    seconds(now - failure.at()),
                    "a stream thread failed, and its replacement does not work yet: "
                        + failure.reason()));
  }

  private void topics(long now, List<Problem> found) {
    long silence = now - topics.lastAnswer();
    if (isLong(silence)) {
      found.add(
          Problem.of(
              Problem.Kind.BROKER_AWAY,
              seconds(silence),
              "no broker has answered for " + seconds(silence) + " s"));
    }
    topics
        .missingSince()
        .forEach(
            (topic, since) -> {
              if (isLong(now - since)) {
                found.add(
                    Problem.ofTopic(
                        Problem.Kind.TOPIC_MISSING,
                        topic,
                        seconds(now - since),
                        "there is no topic " + topic + "; create it again"));
              }
            });
  }

  /**
   * Returns the problem of an unavailable image store at once, because the stream has already
   * waited for the store.
   */
  private Optional<Problem> fetches(long now) {
    Optional<String> reason = fetchProblem.get();
    if (reason.isEmpty()) {
      fetchesFailSince = null;
    } else if (fetchesFailSince == null) {
      fetchesFailSince = now;
    }
    return reason.map(
        text -> Problem.of(Problem.Kind.IMAGES_AWAY, seconds(now - fetchesFailSince), text));
  }

  private void partitions(long now, List<Problem> found) {
    Map<TopicPartition, Long> standing = progress.standing(now);
    told.retainAll(standing.keySet());
    standing.forEach(
        (partition, nanos) -> {
          if (!isLong(nanos)) {
            told.remove(partition);
            return;
          }
          Problem problem =
              Problem.ofPartition(
                  partition, progress.offset(partition), seconds(nanos), reason(now, nanos));
          found.add(problem);
          if (told.add(partition)) {
            log.warn(
                "{} has stood at offset {} for {} s: {}",
                partition,
                problem.offset(),
                problem.seconds(),
                problem.reason());
          }
        });
    stalled.register(
        standing.entrySet().stream()
            .map(
                entry ->
                    MultiGauge.Row.of(
                        Tags.of(
                            "topic",
                            entry.getKey().topic(),
                            "partition",
                            Integer.toString(entry.getKey().partition())),
                        entry.getValue() / 1e9))
            .toList(),
        true);
  }

  /**
   * Returns the reason why a partition stands still. The reason is the last failure of a stream
   * thread, unless the thread failed more than 10 s before the partition stopped. If there is no
   * such failure, but images cannot be fetched at the moment, the reason is the fetch problem. In
   * all other cases, the text says that no thread failed.
   */
  private String reason(long now, long standing) {
    return lastFailure
        .get()
        .filter(failure -> now - failure.at() <= standing + GRACE.toNanos())
        .map(failure -> "a stream thread failed: " + failure.reason())
        .or(fetchProblem)
        .orElse("no thread failed; the model may be too slow, or a later step waits");
  }

  private static boolean isLong(long nanos) {
    return nanos > GRACE.toNanos();
  }

  private static long seconds(long nanos) {
    return Duration.ofNanos(nanos).toSeconds();
  }
}
