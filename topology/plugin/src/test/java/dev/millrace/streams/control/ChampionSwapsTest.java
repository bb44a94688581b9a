package dev.millrace.streams.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport;
import dev.millrace.core.files.Sha256;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.engine.FakeModel;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChampionSwapsTest {

  @TempDir Path folder;

  private final FakeModel model = new FakeModel();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<SwapReport> reports = new ArrayList<>();
  private long now;
  private ImageInference<String> inference;
  private Backoff backoff;
  private ChampionSwaps swaps;

  @BeforeEach
  void start() {
    inference = FakeInference.start(folder, 3, model);
    SwapReports sink =
        new SwapReports(
            "instance-1", FakeInference.MODEL, registry, Tags.empty(), reports::add, this::tick);
    backoff = new Backoff(() -> now);
    swaps = new ChampionSwaps(inference, sink, backoff);
  }

  @AfterEach
  void close() {
    inference.close();
  }

  private long tick() {
    now += TimeUnit.MILLISECONDS.toNanos(3);
    return now;
  }

  private static Champion order(int version) {
    return new Champion(version, null, false);
  }

  private static String outcome(SwapReport report) {
    return report.outcome().word();
  }

  private void assertServes(int version) {
    assertThat(inference.serving()).map(ModelVersion::version).contains(version);
  }

  private double count(String outcome) {
    return registry
        .get("millrace.swap.count")
        .tags("model", FakeInference.MODEL, "outcome", outcome)
        .counter()
        .count();
  }

  @Test
  void order_isCarriedOut() {
    swaps.carryOut(List.of(order(2)));

    assertServes(2);
    SwapReport report = reports.get(0);
    assertThat(outcome(report)).isEqualTo("swapped");
    assertThat(report)
        .returns("instance-1", SwapReport::instance)
        .returns(FakeInference.MODEL, SwapReport::model)
        .returns(2, SwapReport::version)
        .returns(2, SwapReport::serving)
        .returns(null, SwapReport::reason)
        .returns(3.0, SwapReport::milliseconds);
    assertThat(count("swapped")).isEqualTo(1);
  }

  @Test
  void supersededOrder_isReportedAndNotCarriedOut() {
    int runs = model.batches.size();
    swaps.carryOut(List.of(order(2), order(3), order(1)));

    assertServes(1);
    assertThat(model.batches).hasSize(runs); // no candidate was warmed up
    assertThat(reports)
        .extracting(report -> report.version() + " " + outcome(report))
        .containsExactly("2 superseded", "3 superseded", "1 unchanged");
    assertThat(count("superseded")).isEqualTo(2);
  }

  @Test
  void orderWithTheChecksumOfTheVersion_isCarriedOut() {
    swaps.carryOut(List.of(new Champion(2, null, false, Sha256.of(new byte[] {2}))));

    assertServes(2);
    assertThat(reports).extracting(ChampionSwapsTest::outcome).containsExactly("swapped");
  }

  @Test
  void orderWithAnotherChecksum_isRejected() {
    swaps.carryOut(List.of(new Champion(2, null, false, Sha256.of("another model"))));

    assertServes(1);
    assertThat(reports)
        .singleElement()
        .returns("rejected", ChampionSwapsTest::outcome)
        .returns(1, SwapReport::serving)
        .returns(
            "fake version 2 in "
                + folder
                + " has sha256 "
                + Sha256.of(new byte[] {2})
                + ", but the promoted version has sha256 "
                + Sha256.of("another model")
                + "; use the repository that it was promoted from, or promote the version in this"
                + " one",
            SwapReport::reason);
  }

  /** Two repositories may hold different models under one version number. */
  @Test
  void orderForTheNumberThatServes_withAnotherChecksum_isRejected() {
    swaps.carryOut(List.of(new Champion(1, null, false, Sha256.of("another model"))));

    assertThat(reports).extracting(ChampionSwapsTest::outcome).containsExactly("rejected");
  }

  @Test
  void orderForTheVersionThatServes_changesNothing() {
    swaps.carryOut(List.of(order(1)));

    assertServes(1);
    assertThat(reports).extracting(ChampionSwapsTest::outcome).containsExactly("unchanged");
  }

  @Test
  void candidateThatDoesNotRun_isRejectedWithItsReason() {
    model.broken = true;
    swaps.carryOut(List.of(order(2)));

    assertServes(1);
    assertThat(reports).extracting(ChampionSwapsTest::outcome).containsExactly("rejected");
    assertThat(reports.get(0))
        .returns("fake version 2 does not run: the fake device is broken", SwapReport::reason)
        .returns(1, SwapReport::serving);
    assertThat(count("rejected")).isEqualTo(1);
  }

  @Test
  void versionThatIsMissing_isRejected_andTheNextOrderIsCarriedOut() {
    swaps.carryOut(List.of(order(9)));
    swaps.carryOut(List.of(order(2)));

    assertServes(2);
    assertThat(reports)
        .extracting(ChampionSwapsTest::outcome)
        .containsExactly("rejected", "swapped");
  }

  private double lagging() {
    return registry.get("millrace.champion.lagging").tag("model", "fake").gauge().value();
  }

  private void retryWhenDue() {
    now += backoff.left().toNanos();
    swaps.retry();
  }

  @Test
  void rejectedVersion_isTriedAgain_untilItServes() {
    swaps.carryOut(List.of(order(4)));
    assertThat(lagging()).isEqualTo(1);
    assertThat(swaps.patience(Duration.ofMinutes(1))).isPositive().isEqualTo(backoff.left());
    assertThat(swaps.patience(Duration.ofMillis(5))).isEqualTo(Duration.ofMillis(5));
    FakeInference.publish(folder, 4, 1);

    swaps.retry(); // before it is due
    assertServes(1);
    retryWhenDue();

    assertServes(4);
    assertThat(lagging()).isZero();
    assertThat(reports)
        .extracting(ChampionSwapsTest::outcome)
        .containsExactly("rejected", "swapped");
    assertThat(swaps.patience(Duration.ofMinutes(1))).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void newOrder_isTriedAgainAfterTheFirstPause() {
    swaps.carryOut(List.of(order(4)));
    retryWhenDue();
    assertThat(backoff.left()).isGreaterThan(Duration.ofSeconds(1));

    swaps.carryOut(List.of(order(9)));

    assertThat(backoff.left()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void rejectedVersion_isReportedOnceForEachReason() {
    swaps.carryOut(List.of(order(4)));
    retryWhenDue();
    retryWhenDue();
    assertThat(reports).hasSize(1);
    assertThat(count("rejected")).isEqualTo(1);

    FakeInference.publish(folder, 4, 1);
    model.broken = true;
    retryWhenDue();

    assertThat(reports).extracting(ChampionSwapsTest::outcome).containsOnly("rejected").hasSize(2);
    assertThat(reports.get(1).reason()).contains("the fake device is broken");
  }

  @Test
  void rejectedVersion_isGivenUp_whenAnotherIsOrdered() {
    swaps.carryOut(List.of(order(4)));
    swaps.carryOut(List.of(order(2)));
    assertThat(lagging()).isZero();
    FakeInference.publish(folder, 4, 1);
    now += Duration.ofHours(1).toNanos();
    swaps.retry();

    assertServes(2);
  }

  @Test
  void candidateOfOtherImages_isRejected_unlessTheOrderAllowsIt() {
    FakeInference.publish(folder, 4, 2);
    swaps.carryOut(List.of(order(4)));
    assertServes(1);

    swaps.carryOut(List.of(new Champion(4, null, true)));
    assertServes(4);
    assertThat(reports)
        .extracting(ChampionSwapsTest::outcome)
        .containsExactly("rejected", "swapped");
  }
}
