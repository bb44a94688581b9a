package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.repository.ModelVersion;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<Runnable> hours = new ArrayList<>();

  @Test
  void versionLoadedTwice_keepsItsMetricsUntilBothAreGone() {
    EngineMetrics metrics = new EngineMetrics(registry);
    metrics.lease(FakeModel.version(), 4);
    metrics.lease(FakeModel.version(), 4);

    metrics.giveBack(FakeModel.version());
    assertThat(registry.find("millrace.inference.count").meters()).hasSize(1);
    metrics.giveBack(FakeModel.version());
    assertThat(registry.find("millrace.inference.count").meters()).isEmpty();
  }

  /**
   * The metrics of one engine. {@link #other} has the metrics of another engine in the same
   * registry.
   */
  private final EngineMetrics one = metrics(registry);

  private final EngineMetrics other = metrics(registry);

  private EngineMetrics metrics(MeterRegistry receiver) {
    return new EngineMetrics(receiver, Tags.empty(), hours::add);
  }

  /** Runs the tasks that are due after an hour. */
  private void anHourPasses() {
    hours.forEach(Runnable::run);
    hours.clear();
  }

  private double pending() {
    return registry.get("millrace.inference.pending.request.count").gauge().value();
  }

  @Test
  void twoUsersOfOneVersion_countTogether_andSurviveEachOthersEnd() {
    one.lease(FakeModel.version(), 4).submitted();
    VersionMetrics kept = other.lease(FakeModel.version(), 4);
    kept.submitted();
    assertThat(pending()).isEqualTo(2);

    one.giveBack(FakeModel.version());
    kept.ran(5, 1);
    kept.refused(BadImageException.Reason.TOO_LARGE);

    assertThat(pending()).isEqualTo(2);
    assertThat(registry.get("millrace.inference.count").counter().count()).isEqualTo(5);
    assertThat(
            registry
                .get("millrace.inference.request.failure")
                .tag("reason", "too_large")
                .counter()
                .count())
        .isEqualTo(1);
    other.giveBack(FakeModel.version());
    anHourPasses();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void twoUsersOfDifferentVersions_doNotTouchEachOther() {
    one.lease(FakeModel.version(), 4).ran(1, 1);
    other.lease(FakeModel.version(4, 1), 4).ran(2, 1);
    one.giveBack(FakeModel.version());

    assertThat(registry.get("millrace.inference.count").tag("version", "4").counter().count())
        .isEqualTo(2);
    other.giveBack(FakeModel.version(4, 1));
    anHourPasses();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void usersOfDifferentModels_doNotTouchEachOther() {
    ModelVersion fake = FakeModel.version();
    ModelVersion second = FakeModel.version("second", fake.version(), 1);
    one.lease(fake, 4).refused(BadImageException.Reason.TOO_LARGE);
    other.lease(second, 4).ran(2, 1);
    one.giveBack(fake);
    anHourPasses();

    assertThat(registry.find("millrace.inference.request.failure").counters())
        .isNotEmpty()
        .allSatisfy(counter -> assertThat(counter.getId().getTag("model")).isEqualTo("second"))
        .allSatisfy(counter -> assertThat(counter.count()).isZero());
    assertThat(registry.get("millrace.inference.count").counter().count()).isEqualTo(2);
    other.giveBack(second);
    anHourPasses();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void usersOfOtherRegistries_areOthers() {
    SimpleMeterRegistry second = new SimpleMeterRegistry();
    EngineMetrics elsewhere = new EngineMetrics(second);
    one.lease(FakeModel.version(), 4);
    elsewhere.lease(FakeModel.version(), 4);
    elsewhere.giveBack(FakeModel.version());

    assertThat(second.getMeters()).isEmpty();
    assertThat(registry.getMeters()).isNotEmpty();
    one.giveBack(FakeModel.version());
  }

  private void retire(int version, int images) {
    one.lease(FakeModel.version(version, 1), 4).ran(images, 1);
    one.giveBack(FakeModel.version(version, 1));
  }

  private double count(int version) {
    return registry
        .get("millrace.inference.count")
        .tag("version", Integer.toString(version))
        .counter()
        .count();
  }

  @Test
  void retiredVersion_keepsWhatItCounted_forAnHour() {
    retire(1, 3);
    assertThat(registry.getMeters())
        .extracting(meter -> meter.getId().getName())
        .containsExactlyInAnyOrder("millrace.inference.count", "millrace.inference.exec.count");
    assertThat(count(1)).isEqualTo(3);

    anHourPasses();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void versionThatServesAgain_goesOnCounting_andItsFirstHourEndsNothing() {
    retire(1, 3);
    one.lease(FakeModel.version(1, 1), 4).ran(2, 1);
    anHourPasses();
    assertThat(count(1)).isEqualTo(5);
    assertThat(pending()).isZero();

    one.giveBack(FakeModel.version(1, 1));
    anHourPasses();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void hundredSwaps_leaveTheMetersOfTheServingVersion_andCountersOfFewOthers() {
    one.lease(FakeModel.version(1, 1), 4).ran(1, 1);
    int meters = registry.getMeters().size();

    for (int version = 2; version <= 101; version++) {
      one.lease(FakeModel.version(version, 1), 4).ran(1, 1);
      one.giveBack(FakeModel.version(version - 1, 1));
    }

    assertThat(registry.getMeters()).hasSize(meters + 2 * EngineMetrics.MOST_RETIRED);
    assertThat(registry.find("millrace.inference.exec.count").counters())
        .extracting(counter -> counter.getId().getTag("version"))
        .containsExactlyInAnyOrder("99", "100", "101");
    anHourPasses();
    assertThat(registry.getMeters())
        .hasSize(meters)
        .allMatch(meter -> "101".equals(meter.getId().getTag("version")));
    one.giveBack(FakeModel.version(101, 1));
  }
}
