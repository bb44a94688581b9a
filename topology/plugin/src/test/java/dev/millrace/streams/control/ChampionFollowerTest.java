package dev.millrace.streams.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.engine.FakeModel;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChampionFollowerTest {

  private static final Duration SHORT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir Path folder;

  private final FakeModel model = new FakeModel();
  private final Channel channel = new Channel();
  private ImageInference<String> inference;

  /**
   * Delivers the test's orders to the follower. While there are no orders, a poll waits, as a
   * consumer's poll does.
   */
  private static final class Channel implements ControlChannel {
    /** Code that a poll runs before it returns. The code may throw an exception. */
    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();

    private final List<Champion> orders = new CopyOnWriteArrayList<>();
    private final List<SwapReport> reports = new CopyOnWriteArrayList<>();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile boolean there = true;
    private volatile boolean closed;

    private void order(int... versions) {
      events.add(
          () -> {
            for (int version : versions) {
              orders.add(new Champion(version, null, false));
            }
          });
    }

    private void fail(KafkaException failure) {
      events.add(
          () -> {
            throw failure;
          });
    }

    @Override
    public boolean isThere() {
      looks.incrementAndGet();
      return there;
    }

    @Override
    public List<Champion> poll(Duration patience) {
      try {
        Runnable event = events.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (event != null) {
          event.run();
        }
      } catch (InterruptedException e) {
        throw new InterruptException(e); // leaves the thread interrupted, as a consumer does
      }
      List<Champion> found = List.copyOf(orders);
      orders.clear();
      return found;
    }

    @Override
    public void publish(SwapReport report) {
      reports.add(report);
    }

    @Override
    public void wakeup() {
      fail(new WakeupException());
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @BeforeEach
  void start() {
    inference = FakeInference.start(folder, 3, model);
  }

  @AfterEach
  void close() {
    inference.close();
  }

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private ChampionFollower follower(Duration poll, Duration closeTimeout) {
    return follower(new Champion(1, null, false), poll, closeTimeout, System::nanoTime);
  }

  private ChampionFollower follower(
      Champion first, Duration poll, Duration closeTimeout, LongSupplier nanoTime) {
    return new ChampionFollower(
        channel,
        first,
        "instance-1",
        FakeInference.MODEL,
        registry,
        Tags.empty(),
        poll,
        closeTimeout,
        nanoTime);
  }

  /**
   * Returns a clock that advances by two minutes with each reading, so that every pause is over at
   * once.
   */
  private static LongSupplier racing() {
    AtomicLong now = new AtomicLong();
    return () -> now.addAndGet(Duration.ofMinutes(2).toNanos());
  }

  /** Creates and starts an inference with the champion, as the service does. */
  private ImageInference<String> starter(Champion champion) {
    ImageInference<String> loaded = FakeInference.of(folder, champion.version(), model);
    try {
      loaded.start(champion);
      return loaded;
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  private double lagging() {
    return registry.get("millrace.champion.lagging").gauge().value();
  }

  private void awaitReports(int count) {
    await().until(() -> channel.reports.size() == count);
  }

  private void assertServes(int version) {
    assertThat(inference.serving()).map(ModelVersion::version).contains(version);
  }

  @Test
  void orders_areCarriedOut_untilItIsClosed() {
    ChampionFollower follower = follower(LONG, LONG);
    assertThat(follower.champion()).contains(new Champion(1, null, false));
    follower.follow(inference);

    channel.order(2);
    awaitReports(1);
    assertServes(2);
    channel.order(1, 3);
    awaitReports(3);
    assertServes(3);

    follower.close();
    assertThat(channel.closed).isTrue();
  }

  /** A session in native code may leave its thread interrupted. */
  @Test
  void interruptThatASwapLeavesBehind_doesNotEndTheFollowing() {
    Swappable interrupting =
        new Swappable() {
          @Override
          public Optional<ModelVersion> serving() {
            return inference.serving();
          }

          @Override
          public ModelVersion swap(Champion champion) {
            ModelVersion candidate = inference.swap(champion);
            Thread.currentThread().interrupt();
            return candidate;
          }
        };
    try (ChampionFollower follower = follower(LONG, LONG)) {
      follower.follow(interrupting);
      channel.order(2);
      awaitReports(1);

      channel.order(3);

      awaitReports(2);
      assertServes(3);
    }
  }

  @Test
  void topicThatIsMissing_isLookedForAgain() {
    channel.there = false;
    channel.order(2);
    try (ChampionFollower follower = follower(SHORT, LONG)) {
      follower.follow(inference);
      await().until(() -> channel.looks.get() > 2);
      assertThat(channel.events).hasSize(1);

      channel.there = true;
      awaitReports(1);
    }
    assertServes(2);
  }

  @Test
  void topicThatCannotBeRead_isTriedAgain() {
    channel.fail(new KafkaException("the broker is away"));
    channel.order(2);
    try (ChampionFollower follower = follower(SHORT, LONG)) {
      follower.follow(inference);
      awaitReports(1);
    }
    assertServes(2);
  }

  @Test
  void close_doesNotWaitForAMissingTopic() {
    channel.there = false;
    ChampionFollower follower = follower(LONG, LONG);
    follower.follow(inference);
    await().until(() -> channel.looks.get() == 1);

    follower.close();

    assertThat(channel.closed).isTrue();
  }

  @Test
  void close_leavesASwapThatHangsBehind() {
    ChampionFollower follower = follower(LONG, SHORT);
    follower.follow(inference);
    model.runs.drainPermits();
    channel.order(2);
    await().until(() -> model.open.contains(2));

    follower.close();
    assertThat(channel.closed).isFalse();

    model.runs.release(1_000);
    awaitReports(1);
  }

  @Test
  void championThatServes_isStarted_andTheOrdersFollowed() {
    try (ChampionFollower follower =
        follower(new Champion(2, 1, false), LONG, LONG, System::nanoTime)) {
      follower.start(this::starter, started -> inference = started);
      assertServes(2);
      assertThat(follower.problem()).isEmpty();
      assertThat(lagging()).isZero();
      assertThat(channel.reports).isEmpty();

      channel.order(3);
      awaitReports(1);
      assertServes(3);
    }
  }

  @Test
  void championThatCannotServe_letsTheOneBeforeServe_untilItCan() {
    try (ChampionFollower follower = follower(new Champion(4, 2, false), LONG, LONG, racing())) {
      follower.start(this::starter, started -> inference = started);
      assertServes(2);
      assertThat(channel.reports)
          .singleElement()
          .returns(4, SwapReport::version)
          .returns(SwapReport.Outcome.REJECTED, SwapReport::outcome)
          .returns(2, SwapReport::serving)
          .satisfies(report -> assertThat(report.reason()).contains("no version 4"));
      assertThat(lagging()).isEqualTo(1);

      FakeInference.publish(folder, 4, 1);
      awaitReports(2);
      assertServes(4);
      assertThat(channel.reports.get(1).outcome()).isEqualTo(SwapReport.Outcome.SWAPPED);
      assertThat(lagging()).isZero();
    }
    assertThat(registry.find("millrace.champion.lagging").gauge()).isNull();
  }

  @Test
  void championWithAnotherChecksum_letsTheOneBeforeServe() {
    try (ChampionFollower follower =
        follower(new Champion(3, 2, false, "ab".repeat(32)), LONG, LONG, System::nanoTime)) {
      follower.start(this::starter, started -> inference = started);
      assertServes(2);
      assertThat(channel.reports)
          .singleElement()
          .returns(SwapReport.Outcome.REJECTED, SwapReport::outcome)
          .satisfies(
              report ->
                  assertThat(report.reason())
                      .contains("the promoted version has sha256 " + "ab".repeat(32)));
    }
  }

  /** The serving version has the number of the champion, but different content. */
  @Test
  void championWithAnotherChecksumThanTheServingVersion_isTried() {
    try (ChampionFollower follower =
        follower(new Champion(1, null, false, "ab".repeat(32)), SHORT, LONG, racing())) {
      follower.follow(inference);
      awaitReports(1);
      assertThat(channel.reports.get(0).outcome()).isEqualTo(SwapReport.Outcome.REJECTED);
    }
  }

  @Test
  void withoutAVersionThatCanServe_nothingStarts_untilOneCan() {
    List<ImageInference<String>> started = new CopyOnWriteArrayList<>();
    try (ChampionFollower follower = follower(new Champion(5, 4, false), LONG, LONG, racing())) {
      follower.start(this::starter, started::add);
      assertThat(started).isEmpty();
      assertThat(follower.problem())
          .hasValueSatisfying(
              problem ->
                  assertThat(problem)
                      .startsWith("no promoted version of fake can serve: version 5: ")
                      .contains("; version 4: "));
      assertThat(lagging()).isEqualTo(1);
      assertThat(channel.reports).singleElement().returns(null, SwapReport::serving);

      FakeInference.publish(folder, 4, 1);
      await().until(() -> started.size() == 1);
      inference.close();
      inference = started.get(0);
      assertServes(4);
      assertThat(follower.problem()).isEmpty();
      assertThat(lagging()).isEqualTo(1);

      FakeInference.publish(folder, 5, 1);
      await().until(() -> lagging() == 0);
      assertServes(5);
    }
  }

  @Test
  void waitingInstance_followsTheOrders() {
    List<ImageInference<String>> started = new CopyOnWriteArrayList<>();
    try (ChampionFollower follower = follower(new Champion(5, null, false), LONG, LONG, () -> 0)) {
      follower.start(this::starter, started::add);
      channel.order(2, 3);
      await().until(() -> started.size() == 1);
      inference.close();
      inference = started.get(0);
      assertServes(3);
      assertThat(channel.reports)
          .extracting(report -> report.version() + " " + report.outcome().word())
          .containsExactly("5 rejected", "2 superseded", "3 swapped");
    }
  }

  @Test
  void waitingInstance_canBeClosed() {
    List<ImageInference<String>> started = new CopyOnWriteArrayList<>();
    ChampionFollower follower = follower(new Champion(5, null, false), LONG, LONG, () -> 0);
    follower.start(this::starter, started::add);

    follower.close();

    assertThat(channel.closed).isTrue();
    assertThat(started).isEmpty();
  }

  @Test
  void follow_beginsWithTheChampion_ifAnotherServes() {
    try (ChampionFollower follower =
        follower(new Champion(2, null, false), LONG, LONG, System::nanoTime)) {
      follower.follow(inference);
      awaitReports(1);
      assertServes(2);
    }
  }

  @Test
  void close_beforeFollowing_closesTheChannel() {
    follower(LONG, LONG).close();
    assertThat(channel.closed).isTrue();
  }

  @Test
  void open_withoutABroker_fails() {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            "localhost:1",
            "request.timeout.ms",
            50,
            "default.api.timeout.ms",
            100);

    assertThatThrownBy(
            () ->
                ChampionFollower.open(
                    config,
                    Map.of("bootstrap.servers", "localhost:1"),
                    "instance-1",
                    FakeInference.MODEL,
                    new SimpleMeterRegistry()))
        .isInstanceOf(TimeoutException.class);
  }

  @Test
  void close_onTheFollowersThread_doesNotWaitForItself() {
    ChampionFollower follower = follower(LONG, LONG);
    follower.follow(inference);
    channel.events.add(follower::close); // as a listener of a swap might

    await().until(() -> channel.closed);
    await().until(() -> registry.getMeters().isEmpty());
  }

  @Test
  void close_onAnInterruptedThread_closesTheChannelLater() {
    ChampionFollower follower = follower(LONG, LONG);
    follower.follow(inference);

    Thread.currentThread().interrupt();
    try {
      follower.close();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }

    await().until(() -> channel.closed);
    await().until(() -> registry.getMeters().isEmpty());
  }
}
