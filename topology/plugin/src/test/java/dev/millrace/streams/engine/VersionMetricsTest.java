package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.evaluation.Estimate;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.image.BadImageException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VersionMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final VersionMetrics metrics =
      new VersionMetrics(registry, Tags.empty(), FakeModel.version(), 12);

  private DistributionSummary summary(String name) {
    return registry
        .get("millrace.inference." + name)
        .tag("model", "fake")
        .tag("version", "3")
        .summary();
  }

  private double gauge(String name) {
    return registry.get("millrace.inference." + name).gauge().value();
  }

  private double count(String name) {
    return registry.get("millrace.inference." + name).counter().count();
  }

  @Test
  void pendingImages_areThoseSubmittedThatHaveNotLeft() {
    metrics.submitted();
    metrics.submitted();
    metrics.submitted();
    metrics.left(2);
    assertThat(gauge("pending.request.count")).isEqualTo(1);
  }

  @Test
  void serving_isOneOrZero() {
    assertThat(gauge("serving")).isZero();
    metrics.serving(true);
    assertThat(gauge("serving")).isOne();
    metrics.serving(false);
    assertThat(gauge("serving")).isZero();
  }

  @Test
  void accuracy_hasItsInterval_ifTheManifestSaysOfHowManyImagesItIs() {
    assertThat(registry.find("millrace.inference.accuracy").gauge()).isNull();
    Estimate none = new Estimate(0, 0, 0);
    Figures figures =
        new Figures(
            400, Proportion.of(286, 400), Proportion.of(400, 400), none, none, none, null, null);
    measured(4, Map.of("accuracy", 0.715), figures);

    assertThat(gauge("accuracy")).isEqualTo(0.715);
    assertThat(gauge("accuracy.low")).isCloseTo(0.669, within(0.0005));
    assertThat(gauge("accuracy.high")).isCloseTo(0.757, within(0.0005));
    assertThat(gauge("accuracy.images")).isEqualTo(400);
  }

  @Test
  void accuracyOfAnotherProgram_isShownAsItIs() {
    measured(4, Map.of("accuracy", 0.9), null);
    assertThat(gauge("accuracy")).isEqualTo(0.9);
    assertThat(registry.find("millrace.inference.accuracy.low").gauge()).isNull();
  }

  private void measured(int number, Map<String, Double> metrics, Figures figures) {
    ModelManifest plain = FakeModel.version(number, 1).manifest();
    ModelManifest manifest =
        new ModelManifest(
            plain.name(),
            number,
            plain.sha256(),
            plain.created(),
            plain.source(),
            null,
            plain.preprocessing(),
            plain.labels(),
            metrics,
            null,
            null,
            null,
            null,
            null,
            figures,
            null,
            null);
    new VersionMetrics(registry, Tags.empty(), new ModelVersion(Path.of("nowhere"), manifest), 8);
  }

  @Test
  void run_isRecordedInMicroseconds() {
    metrics.ran(5, 7_000);
    metrics.ran(3, 2_000);
    assertThat(count("exec.count")).isEqualTo(2);
    assertThat(count("count")).isEqualTo(8);
    assertThat(summary("batch.size").totalAmount()).isEqualTo(8);
    assertThat(summary("compute.infer.duration.us").totalAmount()).isEqualTo(9);
  }

  @Test
  void decode_isRecordedInMicroseconds() {
    metrics.decoded(7_000);
    assertThat(summary("decode.duration.us").totalAmount()).isEqualTo(7);
  }

  @Test
  void answer_isRecordedInMicroseconds() {
    metrics.answered(4_000, 9_000);
    assertThat(count("request.success")).isEqualTo(1);
    assertThat(summary("queue.duration.us").totalAmount()).isEqualTo(4);
    assertThat(summary("request.duration.us").totalAmount()).isEqualTo(9);
  }

  @Test
  void histograms_haveFewBuckets() {
    assertThat(buckets(summary("batch.size"))).containsExactly(1, 2, 4, 8, 16);
    var unused = new VersionMetrics(registry, Tags.empty(), FakeModel.version(4, 1), 8);
    assertThat(buckets(registry.get("millrace.inference.batch.size").tag("version", "4").summary()))
        .containsExactly(1, 2, 4, 8);
    assertThat(buckets(summary("request.duration.us")))
        .startsWith(100, 250, 500)
        .endsWith(5_000_000)
        .hasSize(13);
  }

  private static double[] buckets(DistributionSummary summary) {
    return Stream.of(summary.takeSnapshot().histogramCounts())
        .mapToDouble(CountAtBucket::bucket)
        .toArray();
  }

  @Test
  void serving_isOneForAsLongAsAnEngineServesTheVersion() {
    metrics.serving(true);
    metrics.serving(true);
    assertThat(gauge("serving")).isOne();
    metrics.serving(false);
    assertThat(gauge("serving")).isOne();
    metrics.serving(false);
    assertThat(gauge("serving")).isZero();
  }

  @Test
  void failures_areCountedByVersionAndReason_fromZero() {
    VersionMetrics other = new VersionMetrics(registry, Tags.empty(), FakeModel.version(4, 1), 8);
    assertThat(failures("too_large")).isZero();
    metrics.refused(BadImageException.Reason.TOO_LARGE);
    metrics.failed(4);
    other.failed(7);

    assertThat(failures("too_large")).isEqualTo(1);
    assertThat(failures("device")).isEqualTo(4);
  }

  @Test
  void close_leavesNothingBehind_alsoOfWhatIsCountedAfterIt() {
    metrics.refused(BadImageException.Reason.TOO_LARGE);
    metrics.close();
    metrics.refused(BadImageException.Reason.TIMEOUT);
    metrics.failed(1);

    assertThat(registry.getMeters()).isEmpty();
  }

  private double failures(String reason) {
    return registry
        .get("millrace.inference.request.failure")
        .tag("model", "fake")
        .tag("version", "3")
        .tag("reason", reason)
        .counter()
        .count();
  }
}
