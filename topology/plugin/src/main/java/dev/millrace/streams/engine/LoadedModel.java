package dev.millrace.streams.engine;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A verified version with a warm session on every device, and its metrics.
 *
 * <p>The engine holds a lease while the version serves. Each batch holds a lease from its opening
 * to the end of its run. The sessions close only when the last lease is given back, because a
 * session must not be closed during a run. Thread-safe.
 */
final class LoadedModel {

  private static final Logger log = LoggerFactory.getLogger(LoadedModel.class);

  private final ModelVersion version;
  private final Sessions sessions;
  private final int maxBatchSize;
  private final EngineMetrics engineMetrics;
  private final VersionMetrics metrics;
  private final AtomicInteger leases = new AtomicInteger(1);

  /**
   * Takes over the sessions. The caller owns the first lease.
   *
   * @param maxBatchSize largest number of images in a batch
   * @param engineMetrics gets the version's metrics back after the last lease was given back
   * @param metrics the version's metrics, leased from {@code engineMetrics}
   */
  LoadedModel(
      ModelVersion version,
      Sessions sessions,
      int maxBatchSize,
      EngineMetrics engineMetrics,
      VersionMetrics metrics) {
    this.version = version;
    this.sessions = sessions;
    this.maxBatchSize = maxBatchSize;
    this.engineMetrics = engineMetrics;
    this.metrics = metrics;
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

  /** {@return the largest number of images in a batch of this version} */
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
    return sessions.on(device);
  }

  /**
   * Takes one more lease. The caller must already hold a lease, because the version could be freed
   * otherwise.
   */
  void lease() {
    leases.incrementAndGet();
  }

  /**
   * Gives a lease back. The last lease closes the sessions on the calling thread. If a session
   * fails to close, this method only logs the failure. Neither the caller nor the next version
   * depends on the session.
   */
  void giveBack() {
    if (leases.decrementAndGet() == 0) {
      sessions.close().ifPresent(this::report);
      engineMetrics.giveBack(version);
    }
  }

  private void report(Throwable failure) {
    log.error(
        "cannot close a session of {}; its memory stays allocated until the process ends: {}",
        version,
        failure.toString());
    log.debug("the failure to close the session, with the failures of the other sessions", failure);
  }
}
