package dev.millrace.streams.engine;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.InferenceException;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelRuntime;
import dev.millrace.core.model.ModelSession;
import dev.millrace.core.repository.ModelVersion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A verified version with a warm session on every device, and its metrics.
 *
 * <p>Each batch leases it from opening to the end of its run, and the engine leases it as long as
 * it serves. When the last lease is given back its memory is freed, and not before: a session must
 * not be closed during a run. Thread-safe.
 */
final class LoadedModel {

  private static final Logger log = LoggerFactory.getLogger(LoadedModel.class);

  /** What a distribution over the classes may sum to, apart from 1. */
  private static final double SUM_TOLERANCE = 1e-3;

  /** How often a run is timed, unless it takes long. */
  private static final int TIMED_RUNS = 5;

  private final ModelVersion version;
  private final EngineMetrics engineMetrics;
  private final VersionMetrics metrics;
  private int maxBatchSize; // settled once it is loaded
  private final Map<Device, ModelSession> sessions = new LinkedHashMap<>();
  private final AtomicInteger leases = new AtomicInteger(1);

  private LoadedModel(ModelVersion version, EngineMetrics engineMetrics, int maxBatchSize) {
    this.version = version;
    this.engineMetrics = engineMetrics;
    this.maxBatchSize = maxBatchSize;
    this.metrics = engineMetrics.lease(version, maxBatchSize);
  }

  /**
   * Loads and warms up; a failure leaves nothing open. The caller has the first lease.
   *
   * @param config the engine's; batches of the version may be smaller than it says
   * @param nanoTime the clock
   * @throws ModelException if the version cannot be served on one of the devices
   */
  static LoadedModel load(
      ModelRuntime runtime,
      ModelVersion version,
      EngineConfig config,
      EngineMetrics engineMetrics,
      LongSupplier nanoTime) {
    int maxBatchSize = config.maxBatchSize();
    int most = Math.min(maxBatchSize, version.maxBatchSize().orElse(maxBatchSize));
    LoadedModel model = new LoadedModel(version, engineMetrics, most);
    try {
      for (Device device : config.devices()) {
        ModelSession session = runtime.open(version, device);
        model.sessions.put(device, session);
        model.warmUp(session, model.batchSizes(device));
        if (device.kind() == Device.Kind.CPU
            && !config.longestRun().equals(EngineConfig.UNLIMITED)) {
          model.limitRuns(session, config.longestRun(), nanoTime);
        }
      }
      if (!version.isPrepared()) {
        model.logWhatItsFileLeavesOpen();
      }
      return model;
    } catch (RuntimeException | Error e) {
      model.giveBack();
      throw e;
    }
  }

  private void logWhatItsFileLeavesOpen() {
    log.info(
        "{} was exported for Triton and is prepared in memory: resize {}, size {}, mean {}, std {}"
            + " (ImageNet's unless the parameters in its config.pbtxt say others), at most {} images"
            + " a batch",
        version,
        preprocessing().resize(),
        preprocessing().size(),
        preprocessing().mean(),
        preprocessing().std(),
        maxBatchSize);
  }

  private void warmUp(ModelSession session, BatchSizes sizes) {
    List<Integer> toWarmUp = sizes.toWarmUp();
    int largest = toWarmUp.get(toWarmUp.size() - 1);
    ByteBuffer pixels = ByteBuffer.allocateDirect(largest * bytesPerImage());
    FloatBuffer probabilities = floats(largest * session.classes());
    for (int size : toWarmUp) {
      run(session, pixels, size, probabilities);
      for (int image = 0; image < size; image++) {
        requireDistribution(probabilities.slice(image * session.classes(), session.classes()));
      }
    }
  }

  /**
   * Has batches hold no more images than run in so long, by the quickest of a few runs of one: any
   * of them may have had to wait for a core.
   */
  private void limitRuns(ModelSession session, Duration longest, LongSupplier nanoTime) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(bytesPerImage());
    FloatBuffer probabilities = floats(session.classes());
    long quickest = Long.MAX_VALUE;
    long spent = 0;
    for (int i = 0; i < TIMED_RUNS && spent < longest.toNanos(); i++) {
      long start = nanoTime.getAsLong();
      run(session, pixels, 1, probabilities);
      long nanos = Math.max(1, nanoTime.getAsLong() - start);
      quickest = Math.min(quickest, nanos);
      spent += nanos;
    }
    maxBatchSize = (int) Math.max(1, Math.min(maxBatchSize, longest.toNanos() / quickest));
    log.info("{} runs an image in {} ms: batches of {}", version, quickest / 1e6, maxBatchSize);
  }

  private void run(ModelSession session, ByteBuffer pixels, int images, FloatBuffer probabilities) {
    try {
      session.run(pixels, images, probabilities);
    } catch (InferenceException e) {
      throw new ModelException(version + " does not run: " + e.getMessage(), e);
    }
  }

  private void requireDistribution(FloatBuffer probabilities) {
    double sum = 0;
    while (probabilities.hasRemaining()) {
      sum += probabilities.get();
    }
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) { // also if it is not a number
      throw new ModelException(
          version
              + " answers a black image with probabilities that sum to "
              + sum
              + ", not 1; check its weights and import it again");
    }
  }

  static FloatBuffer floats(int count) {
    return ByteBuffer.allocateDirect(count * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  ModelVersion version() {
    return version;
  }

  VersionMetrics metrics() {
    return metrics;
  }

  Preprocessing preprocessing() {
    return version.manifest().preprocessing();
  }

  /** Images that a batch of it holds at most. */
  int maxBatchSize() {
    return maxBatchSize;
  }

  BatchSizes batchSizes(Device device) {
    return new BatchSizes(device.kind(), maxBatchSize);
  }

  int bytesPerImage() {
    return preprocessing().bytes();
  }

  ModelSession session(Device device) {
    return sessions.get(device);
  }

  /** Takes one more lease; only who has one may. */
  void lease() {
    leases.incrementAndGet();
  }

  /** Gives a lease back; the last one frees the memory. */
  void giveBack() {
    if (leases.decrementAndGet() == 0) {
      sessions.values().forEach(ModelSession::close);
      engineMetrics.giveBack(version);
    }
  }
}
