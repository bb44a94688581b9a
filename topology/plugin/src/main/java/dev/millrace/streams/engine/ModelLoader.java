package dev.millrace.streams.engine;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a version's session on every device of an engine, warms it up, and determines the version's
 * largest batch. Thread-safe.
 */
final class ModelLoader {

  private static final Logger log = LoggerFactory.getLogger(ModelLoader.class);

  private final ModelRuntime runtime;
  private final EngineConfig config;
  private final EngineMetrics metrics;
  private final LongSupplier nanoTime;

  ModelLoader(
      ModelRuntime runtime, EngineConfig config, EngineMetrics metrics, LongSupplier nanoTime) {
    this.runtime = runtime;
    this.config = config;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
  }

  /**
   * Loads a version on the calling thread. If loading fails, this method leaves no session open.
   *
   * @return the version; the caller owns the first lease
   * @throws ModelException if the version cannot be served on one of the devices, or if a batch
   *     does not fit in a buffer
   */
  LoadedModel load(ModelVersion version) {
    int allowed = config.maxBatchSize();
    int largest = Math.min(allowed, version.maxBatchSize().orElse(allowed));
    BufferLimit.requirePixels(version, allowed);
    Sessions sessions = new Sessions();
    try {
      int maxBatchSize = largest;
      for (Device device : config.devices()) {
        ModelSession session = runtime.open(version, device);
        sessions.add(device, session);
        BufferLimit.requireProbabilities(version, largest, session.classes());
        WarmUp warmUp = new WarmUp(version, session);
        warmUp.run(new BatchSizes(device.kind(), maxBatchSize));
        if (limitsRuns(device)) {
          maxBatchSize = withinLongestRun(maxBatchSize, version, warmUp);
        }
      }
      if (!version.isPrepared()) {
        logAssumptions(version, maxBatchSize);
      }
      return new LoadedModel(
          version, sessions, maxBatchSize, metrics, metrics.lease(version, largest));
    } catch (RuntimeException | Error e) {
      sessions.close().filter(failure -> failure != e).ifPresent(e::addSuppressed);
      throw e;
    }
  }

  /**
   * Tests whether the run time limits the batch size. This is the case if the device is a CPU and
   * the configuration limits the run time. Longer runs raise the throughput of a CPU little, and a
   * commit has to wait for the batch's run.
   */
  private boolean limitsRuns(Device device) {
    return device.kind() == Device.Kind.CPU && !config.longestRun().equals(EngineConfig.UNLIMITED);
  }

  /**
   * Returns the largest number of images, at least 1, whose run takes no longer than the
   * configuration allows.
   */
  private int withinLongestRun(int maxBatchSize, ModelVersion version, WarmUp warmUp) {
    Duration longest = config.longestRun();
    long quickest = warmUp.quickestRun(longest, nanoTime);
    int images = (int) Math.max(1, Math.min(maxBatchSize, longest.toNanos() / quickest));
    log.info(
        "{} runs one image in {} ms, so a batch holds at most {}", version, quickest / 1e6, images);
    return images;
  }

  /**
   * Logs the preprocessing and the largest batch of a version that was exported for Triton. The
   * version's own files may not contain these values.
   */
  private static void logAssumptions(ModelVersion version, int maxBatchSize) {
    Preprocessing preprocessing = version.manifest().preprocessing();
    log.info(
        "{} was exported for Triton and is prepared in memory: resize {}, size {}, mean {}, std {}"
            + " (ImageNet's unless parameters in config.pbtxt set others), at most {} images per"
            + " batch",
        version,
        preprocessing.resize(),
        preprocessing.size(),
        preprocessing.mean(),
        preprocessing.std(),
        maxBatchSize);
  }
}
