package dev.millrace.streams.engine;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import java.time.Duration;
import java.util.List;

/**
 * The configuration of an engine: how it decodes, batches and runs images.
 *
 * @param devices the devices that load the model, none of them twice; a batch runs on any device
 *     that is free
 * @param maxBatchSize largest number of images in a batch, from 1 to {@value #MAX_BATCH_SIZE}
 * @param longestRun longest time that a run on a CPU should take, above 0. Slower versions get
 *     smaller batches, down to one image. Longer runs raise the throughput of a CPU little, and a
 *     commit has to wait for the current run. With {@link #UNLIMITED}, slow versions also get
 *     batches of up to {@code maxBatchSize}
 * @param linger longest time that an image waits for its batch to fill while a device is idle, from
 *     0 to 10 s
 * @param decodeThreads number of threads that decode images, at least 1
 * @param runsPerDevice number of batches that run on each device at once, at least 1
 * @param limits the limits of one image
 */
public record EngineConfig(
    List<Device> devices,
    int maxBatchSize,
    Duration longestRun,
    Duration linger,
    int decodeThreads,
    int runsPerDevice,
    ImageLimits limits) {

  /** The largest batch size. It bounds the memory of a batch's buffer. */
  public static final int MAX_BATCH_SIZE = 1024;

  /** The value of {@code longestRun} that sets no limit on the time of a run. */
  public static final Duration UNLIMITED = Duration.ofSeconds(Long.MAX_VALUE);

  /**
   * Validates the values and copies the devices.
   *
   * @param devices the devices that load the model, none of them twice
   * @param maxBatchSize largest number of images in a batch
   * @param longestRun longest time that a run on a CPU should take, above 0
   * @param linger longest time that an image waits for its batch to fill while a device is idle
   * @param decodeThreads number of threads that decode images, at least 1
   * @param runsPerDevice number of batches that run on each device at once
   * @param limits the limits of one image
   * @throws IllegalArgumentException if a value is out of range; the message names the key, the
   *     value and the allowed values
   */
  public EngineConfig {
    devices = List.copyOf(devices);
    if (devices.isEmpty()) {
      throw new IllegalArgumentException("device: none is given; give cpu or cuda:N");
    }
    if (devices.stream().distinct().count() != devices.size()) {
      throw new IllegalArgumentException("device: " + devices + " names a device twice");
    }
    if (maxBatchSize < 1 || maxBatchSize > MAX_BATCH_SIZE) {
      throw new IllegalArgumentException(
          "max-batch-size: " + maxBatchSize + " is not between 1 and " + MAX_BATCH_SIZE);
    }
    if (longestRun.isNegative() || longestRun.isZero()) {
      throw new IllegalArgumentException("longest-run: " + longestRun + " must be above 0");
    }
    if (linger.isNegative() || linger.compareTo(Duration.ofSeconds(10)) > 0) {
      throw new IllegalArgumentException("linger: " + linger + " is not between 0 and 10 s");
    }
    if (decodeThreads < 1) {
      throw new IllegalArgumentException(
          "decode-threads: " + decodeThreads + " must be at least 1");
    }
    if (runsPerDevice < 1) {
      throw new IllegalArgumentException(
          "runs-per-device: " + runsPerDevice + " must be at least 1");
    }
  }

  /**
   * Creates a configuration without a limit on the time of a run.
   *
   * @param devices the devices that load the model
   * @param maxBatchSize largest number of images in a batch
   * @param linger longest time that an image waits for its batch to fill while a device is idle
   * @param decodeThreads number of threads that decode images
   * @param runsPerDevice number of batches that run on each device at once
   * @param limits the limits of one image
   * @throws IllegalArgumentException if a value is out of range; the message names the key, the
   *     value and the allowed values
   */
  public EngineConfig(
      List<Device> devices,
      int maxBatchSize,
      Duration linger,
      int decodeThreads,
      int runsPerDevice,
      ImageLimits limits) {
    this(devices, maxBatchSize, UNLIMITED, linger, decodeThreads, runsPerDevice, limits);
  }

  /**
   * Returns the largest number of batches that exist at once. This is the number of batches that
   * may run at once, an equal number of batches that wait for a runner, and one open batch.
   */
  int batches() {
    return 2 * devices.size() * runsPerDevice + 1;
  }
}
