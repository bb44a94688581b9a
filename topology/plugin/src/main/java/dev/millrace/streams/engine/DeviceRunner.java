package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.InferenceException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs batches on one device, one at a time, on a thread of its own. ONNX Runtime's sessions should
 * always run on the same few threads (see onnxruntime#29351).
 *
 * <p>If a run leaves images without an answer, these images run once more, one by one. A single
 * image may have caused the failure of the whole batch. The black image of the warm-up then shows
 * whether the device works. If the first run answered no image, the black image runs before these
 * single runs. If an image fails again, the black image runs after them. If the device answers the
 * black image each time, the images that failed twice are refused. Otherwise, the device is to
 * blame. The batch then fails with {@link InferenceException}, and no image is refused.
 */
final class DeviceRunner implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(DeviceRunner.class);

  private final RunQueue queue;
  private final Device device;
  private final LongSupplier nanoTime;
  private final Probabilities probabilities = new Probabilities();
  private final RunFailures failures = new RunFailures(log::warn);
  private ByteBuffer black = ByteBuffer.allocateDirect(0);

  DeviceRunner(RunQueue queue, Device device, LongSupplier nanoTime) {
    this.queue = queue;
    this.device = device;
    this.nanoTime = nanoTime;
  }

  /** Runs batches until the engine stops. If the runner fails, it stops the engine. */
  @Override
  public void run() {
    try {
      for (Optional<Batch> batch = take(); batch.isPresent(); batch = take()) {
        try {
          answer(batch.get());
        } finally {
          queue.recycle(batch.get());
        }
      }
    } catch (Throwable e) {
      queue.stop(e);
    }
  }

  /**
   * Waits for the next batch. An interrupt does not end the wait. No other code knows this thread,
   * so only a session can have left the interrupt behind.
   */
  private Optional<Batch> take() {
    while (true) {
      try {
        return queue.take();
      } catch (InterruptedException e) {
        log.debug("the session of {} left its thread interrupted", device, e);
      }
    }
  }

  /** Runs a batch and completes all of its answers, even if this method throws. */
  private void answer(Batch batch) {
    List<Integer> images = batch.images();
    if (images.isEmpty()) {
      return;
    }
    Map<Integer, InferenceException> failed = Map.of();
    try {
      failed = runTogether(batch, images);
      if (!failed.isEmpty()) {
        InferenceException first = first(failed);
        failures.batchFailed(
            nanoTime.getAsLong(), failed.size(), images.size(), first.getMessage());
        if (failed.size() == images.size()) {
          requireThatTheDeviceWorks(batch.model(), first);
        }
        failed = runOneByOne(batch, List.copyOf(failed.keySet()));
      }
      if (!failed.isEmpty()) {
        requireThatTheDeviceWorks(batch.model(), first(failed));
        failed.forEach((image, failure) -> refuse(batch.slot(image), failure));
      }
    } catch (InferenceException e) {
      batch.model().metrics().failed(failed.size());
      batch.fail(e);
    } catch (Throwable e) {
      batch.fail(new InferenceException("the run of a batch failed: " + e, e));
      throw e;
    }
  }

  private static InferenceException first(Map<Integer, InferenceException> failed) {
    return failed.values().iterator().next();
  }

  /**
   * Runs the whole batch at once. Returns the images that got no answer, each with its failure, in
   * the order of the batch.
   */
  private Map<Integer, InferenceException> runTogether(Batch batch, List<Integer> images) {
    Map<Integer, InferenceException> failed = new LinkedHashMap<>();
    LoadedModel model = batch.model();
    ObservedRun run = new ObservedRun(batch, images, device, nanoTime);
    try {
      int padded = model.batchSizes(device).padded(batch.size());
      probabilities.run(model.session(device), batch.pixels(), padded);
    } catch (InferenceException e) {
      run.failed(e);
      images.forEach(image -> failed.put(image, e));
      return failed;
    }
    run.answered();
    for (int image : images) {
      try {
        complete(batch.slot(image), image, run);
      } catch (InferenceException e) {
        failed.put(image, e);
      }
    }
    return failed;
  }

  /**
   * Runs these images of a batch one by one. Returns the images that failed again, each with its
   * failure.
   */
  private Map<Integer, InferenceException> runOneByOne(Batch batch, List<Integer> images) {
    Map<Integer, InferenceException> failed = new LinkedHashMap<>();
    LoadedModel model = batch.model();
    for (int image : images) {
      Batch.Slot slot = batch.slot(image);
      ObservedRun run = new ObservedRun(batch, List.of(image), device, nanoTime);
      try {
        probabilities.run(model.session(device), slot.pixels, 1);
      } catch (InferenceException e) {
        run.failed(e);
        failed.put(image, e);
        continue;
      }
      run.answered();
      try {
        complete(slot, 0, run);
      } catch (InferenceException e) {
        failed.put(image, e);
      }
    }
    return failed;
  }

  /**
   * Completes a slot's answer with one row of the latest run's probabilities.
   *
   * @throws InferenceException if the row holds a number that is not finite
   */
  private void complete(Batch.Slot slot, int row, ObservedRun run) {
    LoadedModel model = slot.model;
    float[] values = probabilities.of(row);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new InferenceException(
            model.version() + " answered with numbers that are not finite", null);
      }
    }
    run.answered(slot);
    slot.answer.complete(new Classification(model.version(), values));
  }

  /**
   * Requires that the device answers the warm-up image.
   *
   * @param failure the failure of the images
   * @throws InferenceException if the device does not answer the warm-up image, and therefore has
   *     caused the failure
   */
  private void requireThatTheDeviceWorks(LoadedModel model, InferenceException failure) {
    try {
      new WarmUp(model.version(), model.session(device), probabilities)
          .runOne(black(model.bytesPerImage()));
    } catch (ModelException e) {
      InferenceException broken =
          new InferenceException(
              device
                  + " is broken: it fails on images and on the warm-up image: "
                  + failure.getMessage(),
              failure);
      broken.addSuppressed(e);
      throw broken;
    }
  }

  /** Returns a black image. The next failure reuses its buffer, because no code writes to it. */
  private ByteBuffer black(int bytes) {
    if (black.capacity() < bytes) {
      black = ByteBuffer.allocateDirect(bytes);
    }
    return black;
  }

  /**
   * Refuses an image that failed twice on a device that works. The refusal does not have the
   * failure as its cause, because callers would then blame the device.
   */
  private static void refuse(Batch.Slot slot, InferenceException failure) {
    slot.blacken();
    slot.refuse(
        new BadImageException(
            BadImageException.Reason.NO_ANSWER,
            slot.model.version() + " gives no answer to this image: " + failure.getMessage()));
  }
}
