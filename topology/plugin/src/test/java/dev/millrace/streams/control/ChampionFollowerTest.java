package dev.millrace.streams.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.engine.FakeModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
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

  /** Orders by hand. A poll without any waits as a consumer's does. */
  private static final class Channel implements ControlChannel {
    /** What polls do before they return their orders; a failure is thrown. */
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
        Thread.currentThread().interrupt();
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

  private ChampionFollower follower(Duration poll, Duration closeTimeout) {
    return new ChampionFollower(
        channel,
        new Champion(1, null, false),
        "instance-1",
        FakeInference.MODEL,
        new SimpleMeterRegistry(),
        poll,
        closeTimeout,
        System::nanoTime);
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
}
