package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.repository.ModelVersion;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The metrics of one version, under our own prefix and otherwise named like those of NVIDIA Triton
 * (<a
 * href="https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/metrics.html">metrics</a>).
 * Durations are histograms in microseconds. Failures are counted for all versions together.
 * Thread-safe.
 */
final class VersionMetrics {

  private static final String PREFIX = "millrace.inference.";
  private static final double[] MICROSECONDS =
      IntStream.rangeClosed(0, 16).mapToDouble(i -> 100 * Math.pow(2, i)).toArray();

  private final MeterRegistry registry;
  private final Counter success;
  private final Counter inferences;
  private final Counter executions;
  private final DistributionSummary batchSize;
  private final DistributionSummary request;
  private final DistributionSummary queue;
  private final DistributionSummary compute;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicInteger serving = new AtomicInteger();
  private final List<Meter> ofVersion;

  VersionMetrics(MeterRegistry registry, ModelVersion version, int maxBatchSize) {
    this.registry = registry;
    Tags tags = Tags.of("model", version.name(), "version", Integer.toString(version.version()));
    success = counter("request.success", "Images that were classified", tags);
    inferences = counter("count", "Images that ran on a device", tags);
    executions = counter("exec.count", "Batches that ran on a device", tags);
    double[] sizes =
        DoubleStream.iterate(1, size -> size < 2 * maxBatchSize, size -> 2 * size).toArray();
    batchSize = histogram("batch.size", "Images a batch", sizes, tags);
    request = histogram("request.duration.us", "From submission to answer", MICROSECONDS, tags);
    queue =
        histogram(
            "queue.duration.us",
            "From submission to the start of the run: decode and batching",
            MICROSECONDS,
            tags);
    compute = histogram("compute.infer.duration.us", "The run on the device", MICROSECONDS, tags);
    Gauge pendingCount =
        gauge("pending.request.count", "Images submitted and not yet answered", pending, tags);
    Gauge isServing =
        gauge(
            "serving",
            "1 if new batches are this version's, 0 if it is only loaded",
            serving,
            tags);
    ofVersion =
        List.of(
            success,
            inferences,
            executions,
            batchSize,
            request,
            queue,
            compute,
            pendingCount,
            isServing);
  }

  /** Notes whether new batches are this version's. */
  void serving(boolean is) {
    serving.set(is ? 1 : 0);
  }

  /** Counts an image that got a slot. */
  void submitted() {
    pending.incrementAndGet();
  }

  /** Counts images that gave their slots back. */
  void left(int images) {
    pending.addAndGet(-images);
  }

  /** Counts an image that is refused. */
  void refused(BadImageException.Reason reason) {
    failures(reason.label()).increment();
  }

  /** Counts images whose batch got no answer from the device. */
  void failed(int images) {
    failures("device").increment(images);
  }

  /** Records a run on a device, and its duration. */
  void ran(int images, long nanos) {
    executions.increment();
    inferences.increment(images);
    batchSize.record(images);
    compute.record(nanos / 1e3);
  }

  /** Records an answer: the time from submission to the run, and to the answer. */
  void answered(long queuedNanos, long totalNanos) {
    success.increment();
    queue.record(queuedNanos / 1e3);
    request.record(totalNanos / 1e3);
  }

  /** Removes the metrics that are this version's alone, because it is no longer loaded. */
  void close() {
    ofVersion.forEach(registry::remove);
  }

  private Counter failures(String reason) {
    return counter("request.failure", "Images that got no prediction", Tags.of("reason", reason));
  }

  private Counter counter(String name, String description, Tags tags) {
    return Counter.builder(PREFIX + name).description(description).tags(tags).register(registry);
  }

  private Gauge gauge(String name, String description, AtomicInteger value, Tags tags) {
    return Gauge.builder(PREFIX + name, value, AtomicInteger::get)
        .description(description)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  private DistributionSummary histogram(
      String name, String description, double[] buckets, Tags tags) {
    return DistributionSummary.builder(PREFIX + name)
        .description(description)
        .serviceLevelObjectives(buckets)
        .tags(tags)
        .register(registry);
  }
}
