package dev.millrace.streams.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.Champion;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests when {@link ChampionStart} retries a champion that cannot serve. */
class ChampionStartTest {

  private final Backoff backoff = new Backoff(() -> 0);
  private final List<Integer> tried = new ArrayList<>();

  /**
   * Creates a start for champion version 5, whose previous version is 4. Only the versions in
   * {@code servable} can be started.
   */
  private ChampionStart<String> start(Set<Integer> servable) {
    return new ChampionStart<>(
        new Champion(5, 4, false),
        champion -> {
          int version = champion.version();
          tried.add(version);
          if (!servable.contains(version)) {
            throw new IllegalStateException("version " + version + " is broken");
          }
          return "version " + version;
        },
        new SwapReports(
            "instance-1", "fake", new SimpleMeterRegistry(), Tags.empty(), report -> {}, () -> 0),
        backoff);
  }

  @Test
  void versionsThatCannotServe_areTriedAgainAfterAPause() {
    assertThat(start(Set.of()).attempt()).isEmpty();

    assertThat(tried).containsExactly(5, 4);
    assertThat(backoff.left()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void championIsTriedAgainAfterAPause_whileTheOneBeforeServes() {
    assertThat(start(Set.of(4)).attempt()).contains("version 4");

    assertThat(backoff.left()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void order_isTriedAtOnce() {
    ChampionStart<String> start = start(Set.of(6));
    assertThat(start.attempt()).isEmpty();

    start.order(List.of(new Champion(6, 5, false)));

    assertThat(backoff.left()).isZero();
    assertThat(start.attempt()).contains("version 6");
  }

  @Test
  void errorOnTheFollowersThread_isTriedAgain() {
    ChampionStart<String> start =
        new ChampionStart<>(
            new Champion(5, null, false),
            champion -> {
              tried.add(champion.version());
              throw new UnsatisfiedLinkError("no library");
            },
            new SwapReports(
                "instance-1", "fake", new SimpleMeterRegistry(), Tags.empty(), r -> {}, () -> 0),
            backoff);

    assertThat(start.attemptAgain()).isEmpty();

    assertThat(start.problem()).contains("version 5: no library");
    assertThat(backoff.left()).isEqualTo(Duration.ofSeconds(1));
  }
}
