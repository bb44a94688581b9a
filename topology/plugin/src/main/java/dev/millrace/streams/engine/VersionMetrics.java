package dev.millrace.streams.engine;

import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.image.BadImageException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/**
 * The metrics of one version. Each name begins with {@code millrace.inference.}. Except for {@code
 * accuracy}, {@code batch.size}, {@code decode.duration.us} and {@code serving}, the rest of each
 * name is taken from NVIDIA Triton's <a
 * href="https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/metrics.html">metrics</a>.
 * Durations are histograms in microseconds. Each failure reason has a counter, which exists from
 * the start with the value 0. All engines that serve the version share the metrics. Thread-safe.
 */
final class VersionMetrics {

  private static final String PREFIX = "millrace.inference.";

  /** The upper bounds of the buckets, in microseconds: from 0.1 ms to 5 s. */
  private static final double[] MICROSECONDS = {
    100, 250, 500, 1e3, 2.5e3, 5e3, 10e3, 25e3, 50e3, 100e3, 250e3, 1e6, 5e6
  };

  private final MeterRegistry registry;
  private final Counter success;
  private final Counter inferences;
  private final Counter executions;
  private final DistributionSummary batchSize;
  private final DistributionSummary request;
  private final DistributionSummary queue;
  private final DistributionSummary decode;
  private final DistributionSummary compute;
  private final Map<BadImageException.Reason, Counter> refusals =
      new EnumMap<>(BadImageException.Reason.class);
  private final Counter deviceFailures;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicInteger serving = new AtomicInteger();
  private final List<Meter> all = new ArrayList<>();

  /**
   * @param more the tags besides the model and the version
   */
  VersionMetrics(MeterRegistry registry, Tags more, ModelVersion version, int maxBatchSize) {
    this.registry = registry;
    Tags tags = more.and("model", version.name(), "version", Integer.toString(version.version()));
    success = counter("request.success", "Images that were classified", tags);
    inferences = counter("count", "Images that ran on a device", tags);
    executions = counter("exec.count", "Batches that ran on a device", tags);
    double[] sizes =
        DoubleStream.iterate(1, size -> size < 2 * maxBatchSize, size -> 2 * size).toArray();
    batchSize = histogram("batch.size", "Images per batch", sizes, tags);
    request =
        histogram("request.duration.us", "Time from submission to answer", MICROSECONDS, tags);
    queue =
        histogram(
            "queue.duration.us",
            "Time from submission to the run: decoding and batching",
            MICROSECONDS,
            tags);
    decode = histogram("decode.duration.us", "Time to decode an image", MICROSECONDS, tags);
    compute =
        histogram("compute.infer.duration.us", "Time of the run on the device", MICROSECONDS, tags);
    for (BadImageException.Reason reason : BadImageException.Reason.values()) {
      refusals.put(reason, failures(reason.label(), tags));
    }
    deviceFailures = failures("device", tags);
    gauge(
        "pending.request.count",
        "Images submitted and not yet answered",
        pending::doubleValue,
        tags);
    gauge(
        "serving",
        "1 if this version answers new batches, 0 if it is only loaded",
        () -> Math.min(1, serving.get()),
        tags);
    accuracy(version.manifest(), tags);
  }

  /** A manifest that another program has written may have an accuracy without an interval. */
  private void accuracy(ModelManifest manifest, Tags tags) {
    String ofAccuracy = " of millrace_inference_accuracy";
    Double bare = manifest.metrics().get("accuracy");
    Figures figures = manifest.evaluation();
    if (figures != null || bare != null) {
      double share = figures == null ? bare : figures.top1().value();
      gauge(
          "accuracy",
          "Share of the labelled images that this version classified correctly when it was made",
          () -> share,
          tags);
    }
    if (figures != null) {
      double low = figures.top1().low();
      double high = figures.top1().high();
      int n = figures.n();
      gauge("accuracy.low", "Lower end of the 95 % interval" + ofAccuracy, () -> low, tags);
      gauge("accuracy.high", "Upper end of the 95 % interval" + ofAccuracy, () -> high, tags);
      gauge("accuracy.images", "Number of images" + ofAccuracy, () -> n, tags);
    }
  }

  /**
   * Notes whether this version answers the new batches of an engine from now on. Each engine calls
   * this method with true when it begins to serve the version, and later with false.
   */
  void serving(boolean is) {
    serving.addAndGet(is ? 1 : -1);
  }

  /** Counts an image that got a slot. */
  void submitted() {
    pending.incrementAndGet();
  }

  /**
   * Counts images that have left their slots, because their batch has run or the engine has
   * stopped.
   */
  void left(int images) {
    pending.addAndGet(-images);
  }

  /** Records the time that the decoder took for an image, even if the image was refused. */
  void decoded(long nanos) {
    decode.record(nanos / 1e3);
  }

  /** Counts a refused image. */
  void refused(BadImageException.Reason reason) {
    refusals.get(reason).increment();
  }

  /** Counts images that a broken device did not answer. */
  void failed(int images) {
    deviceFailures.increment(images);
  }

  /** Records a run on a device, with its duration. */
  void ran(int images, long nanos) {
    executions.increment();
    inferences.increment(images);
    batchSize.record(images);
    compute.record(nanos / 1e3);
  }

  /**
   * Records an answer, with the time from submission to the run and the time from submission to the
   * answer.
   */
  void answered(long queuedNanos, long totalNanos) {
    success.increment();
    queue.record(queuedNanos / 1e3);
    request.record(totalNanos / 1e3);
  }

  /** Removes the metrics from the registry, except for the counters that have counted anything. */
  void retire() {
    List<Meter> ended = all.stream().filter(meter -> !hasCounted(meter)).toList();
    ended.forEach(registry::remove);
    all.removeAll(ended);
  }

  private static boolean hasCounted(Meter meter) {
    return meter instanceof Counter counter && counter.count() > 0;
  }

  /** Removes the metrics from the registry. */
  void close() {
    all.forEach(registry::remove);
  }

  private Counter failures(String reason, Tags tags) {
    return counter("request.failure", "Images that got no prediction", tags.and("reason", reason));
  }

  private Counter counter(String name, String description, Tags tags) {
    return kept(
        Counter.builder(PREFIX + name).description(description).tags(tags).register(registry));
  }

  private void gauge(String name, String description, Supplier<Number> value, Tags tags) {
    kept(
        Gauge.builder(PREFIX + name, value)
            .description(description)
            .tags(tags)
            .strongReference(true)
            .register(registry));
  }

  private DistributionSummary histogram(
      String name, String description, double[] buckets, Tags tags) {
    return kept(
        DistributionSummary.builder(PREFIX + name)
            .description(description)
            .serviceLevelObjectives(buckets)
            .tags(tags)
            .register(registry));
  }

  /** Remembers a meter, so that {@link #close} removes it. */
  private <M extends Meter> M kept(M meter) {
    all.add(meter);
    return meter;
  }
}
