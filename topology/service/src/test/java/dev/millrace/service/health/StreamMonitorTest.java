package dev.millrace.service.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.health.PartitionProgress.Sample;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

/** The tests call {@code look} once a second, from second 0 on. */
class StreamMonitorTest {

  private static final TopicPartition IMAGES = new TopicPartition("images", 3);
  private static final KafkaFuture<TopicDescription> THERE =
      KafkaFuture.completedFuture(new TopicDescription("predictions", false, List.of()));

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final FakeStreams streams = new FakeStreams();
  private KafkaFuture<TopicDescription> answer = THERE;
  private final List<String> hangs = new ArrayList<>();
  private Optional<ThreadFailure> failure = Optional.empty();
  private final TopicWatch topics =
      new TopicWatch(names -> Map.of("predictions", answer), Set.of("predictions"), 0);
  private final StreamMonitor monitor =
      new StreamMonitor(
          streams,
          topics,
          () -> failure,
          () -> this.fetchProblem,
          Duration.ofSeconds(270),
          hangs::add,
          registry);

  private Optional<String> fetchProblem = Optional.empty();
  private long second;

  private static final class FakeStreams implements StreamsView {
    private boolean atWork = true;
    private boolean whole = true;
    private Duration silence = Duration.ZERO;
    private Collection<Sample> samples = List.of();

    @Override
    public boolean isAtWork() {
      return atWork;
    }

    @Override
    public boolean isWhole() {
      return whole;
    }

    @Override
    public Collection<Sample> partitions() {
      return samples;
    }

    @Override
    public Duration longestSilence() {
      return silence;
    }
  }

  private static KafkaFuture<TopicDescription> failed(Exception e) {
    KafkaFutureImpl<TopicDescription> future = new KafkaFutureImpl<>();
    future.completeExceptionally(e);
    return future;
  }

  private static long nanos(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }

  private List<Problem> problems() {
    return monitor.look(nanos(second));
  }

  /**
   * Calls {@code look} and asks the brokers once a second, for the given number of seconds. Returns
   * the problems of the last call.
   */
  private List<Problem> after(int seconds) throws Exception {
    List<Problem> last = problems();
    for (int i = 0; i < seconds; i++) {
      second++;
      topics.ask(nanos(second));
      last = problems();
    }
    return last;
  }

  @Test
  void streamWithNothingToDo_isReady() throws Exception {
    assertThat(after(100)).isEmpty();
  }

  @Test
  void streamThatHasNotJoined_isNotReady_andOneThatRebalancesLaterIs() throws Exception {
    streams.whole = false;
    assertThat(after(1)).singleElement().extracting(Problem::kind).isEqualTo(Problem.Kind.STARTING);

    streams.whole = true;
    assertThat(after(1)).isEmpty();

    streams.whole = false;
    assertThat(after(60)).isEmpty();
  }

  @Test
  void imagesThatAreAway_areAProblemAtOnce_andTheReasonOfAPartition() throws Exception {
    fetchProblem = Optional.of("s3://photos is away: it refuses connections");
    streams.samples = List.of(new Sample(IMAGES, 17, 20));
    assertThat(after(1))
        .containsExactly(
            Problem.of(Problem.Kind.IMAGES_AWAY, 1, "s3://photos is away: it refuses connections"));

    assertThat(after(10))
        .extracting(Problem::kind)
        .containsExactly(Problem.Kind.IMAGES_AWAY, Problem.Kind.PARTITION_STALLED);
    assertThat(problems())
        .extracting(Problem::reason)
        .containsOnly("s3://photos is away: it refuses connections");

    fetchProblem = Optional.empty();
    assertThat(problems()).singleElement().extracting(Problem::reason).asString().contains("slow");
  }

  @Test
  void partitionThatStands_isAProblem_after10Seconds() throws Exception {
    streams.samples = List.of(new Sample(IMAGES, 17, 20));
    assertThat(after(10)).isEmpty();

    assertThat(after(1))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.kind()).isEqualTo(Problem.Kind.PARTITION_STALLED);
              assertThat(problem.topic()).isEqualTo("images");
              assertThat(problem.partition()).isEqualTo(3);
              assertThat(problem.offset()).isEqualTo(17);
              assertThat(problem.seconds()).isEqualTo(11);
            });
    assertThat(
            registry
                .get("millrace.partition.stalled")
                .tags("topic", "images", "partition", "3")
                .gauge()
                .value())
        .isEqualTo(11);

    streams.samples = List.of(new Sample(IMAGES, 18, 20));
    assertThat(after(1)).isEmpty();
  }

  @Test
  void partitionThatStands_saysWhichFailureStoppedIt() throws Exception {
    streams.samples = List.of(new Sample(IMAGES, 17, 20));
    after(5);
    failure = Optional.of(new ThreadFailure(nanos(second), "the database is gone"));

    assertThat(after(6))
        .singleElement()
        .extracting(Problem::reason)
        .asString()
        .contains("the database is gone");
  }

  @Test
  void oldFailure_isNoReason() throws Exception {
    failure = Optional.of(new ThreadFailure(0, "the database is gone"));
    after(100);
    streams.samples = List.of(new Sample(IMAGES, 17, 20));

    assertThat(after(11))
        .singleElement()
        .extracting(Problem::reason)
        .asString()
        .doesNotContain("database");
  }

  @Test
  void failedThread_isAProblem_untilAllWorkAgain() throws Exception {
    after(1);
    streams.whole = false;
    failure = Optional.of(new ThreadFailure(nanos(second), "the database is gone"));
    assertThat(after(10)).isEmpty();

    assertThat(after(1))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.kind()).isEqualTo(Problem.Kind.THREAD_FAILED);
              assertThat(problem.reason()).contains("the database is gone");
            });
    // The replacement thread fails, too. The duration of the problem still counts from the first
    // failure.
    failure = Optional.of(new ThreadFailure(nanos(second), "the database is gone"));
    assertThat(after(1)).hasSize(1);

    streams.whole = true;
    assertThat(after(1)).isEmpty();
  }

  @Test
  void brokersThatDoNotAnswer_areAProblem_untilOneDoes() throws Exception {
    after(5);
    answer = failed(new TimeoutException("no answer"));
    assertThat(after(10)).isEmpty();

    assertThat(after(1))
        .singleElement()
        .extracting(Problem::kind)
        .isEqualTo(Problem.Kind.BROKER_AWAY);

    answer = THERE;
    assertThat(after(1)).isEmpty();
  }

  @Test
  void missingTopic_isAProblem_untilItIsThereAgain() throws Exception {
    answer = failed(new UnknownTopicOrPartitionException("no"));
    assertThat(after(11)).isEmpty();

    assertThat(after(1))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.kind()).isEqualTo(Problem.Kind.TOPIC_MISSING);
              assertThat(problem.topic()).isEqualTo("predictions");
            });

    answer = THERE;
    assertThat(after(1)).isEmpty();
  }

  @Test
  void topicThatMayNotBeDescribed_isThereAsFarAsAnybodyKnows() throws Exception {
    answer = failed(new TopicAuthorizationException("no"));

    assertThat(after(60)).isEmpty();
  }

  @Test
  void threadThatIsSilentForTooLong_hangs() throws Exception {
    streams.silence = Duration.ofSeconds(270);
    after(1);
    assertThat(hangs).isEmpty();

    streams.silence = Duration.ofSeconds(271);
    after(1);
    assertThat(hangs).first().asString().contains("271 s");
  }

  @Test
  void streamThatEnds_doesNotHang() throws Exception {
    streams.atWork = false;
    streams.silence = Duration.ofSeconds(271);
    after(1);

    assertThat(hangs).isEmpty();
  }
}
