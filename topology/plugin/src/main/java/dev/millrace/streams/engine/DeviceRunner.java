package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.model.Device;
import dev.millrace.core.runtime.InferenceException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs batches on one device, one at a time, on a thread that does nothing else: ONNX Runtime's
 * sessions want few threads, and always the same ones (onnxruntime#29351).
 *
 * <p>It repeats a run that fails once, image by image, since one image may have failed them all. It
 * refuses an image that fails again if any other image of the batch was answered. If none was, the
 * device is to blame, and the whole batch fails.
 */
final class DeviceRunner implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(DeviceRunner.class);

  private final RunQueue queue;
  private final Device device;
  private final LongSupplier nanoTime;
  private final Probabilities probabilities = new Probabilities();

  DeviceRunner(RunQueue queue, Device device, LongSupplier nanoTime) {
    this.queue = queue;
    this.device = device;
    this.nanoTime = nanoTime;
  }

  /** Runs batches until the engine stops; stops the engine if it cannot go on. */
  @Override
  public void run() {
    try {
      for (Optional<Batch> batch = queue.take(); batch.isPresent(); batch = queue.take()) {
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

  /** Runs a batch and completes all of its answers, also if it throws. */
  private void answer(Batch batch) {
    List<Integer> images = batch.images();
    if (images.isEmpty()) {
      return;
    }
    try {
      Map<Integer, InferenceException> failed = runTogether(batch, images);
      if (!failed.isEmpty()) {
        List<Integer> again = List.copyOf(failed.keySet());
        log.warn(
            "{} of {} images of a batch failed, and run again one by one: {}",
            again.size(),
            images.size(),
            failed.get(again.get(0)).getMessage());
        failed = runOneByOne(batch, again);
      }
      if (failed.size() == images.size()) {
        throw failed.get(images.get(0));
      }
      failed.forEach((image, failure) -> batch.slot(image).refuse(noAnswer(batch, failure)));
    } catch (InferenceException e) {
      batch.model().metrics().failed(images.size());
      batch.fail(e);
    } catch (Throwable e) {
      batch.fail(new InferenceException("the run of a batch failed: " + e, e));
      throw e;
    }
  }

  /** Runs the whole batch at once and returns the images that got no answer, in their order. */
  private Map<Integer, InferenceException> runTogether(Batch batch, List<Integer> images) {
    Map<Integer, InferenceException> failed = new LinkedHashMap<>();
    LoadedModel model = batch.model();
    long start = nanoTime.getAsLong();
    try {
      int padded = model.batchSizes(device).padded(batch.size());
      probabilities.run(model.session(device), batch.pixels(), padded);
    } catch (InferenceException e) {
      images.forEach(image -> failed.put(image, e));
      return failed;
    }
    long end = nanoTime.getAsLong();
    model.metrics().ran(images.size(), end - start);
    for (int image : images) {
      try {
        complete(batch.slot(image), image, start, end);
      } catch (InferenceException e) {
        failed.put(image, e);
      }
    }
    return failed;
  }

  /** Runs some of a batch's images each by itself and returns those that failed again. */
  private Map<Integer, InferenceException> runOneByOne(Batch batch, List<Integer> images) {
    Map<Integer, InferenceException> failed = new LinkedHashMap<>();
    LoadedModel model = batch.model();
    for (int image : images) {
      Batch.Slot slot = batch.slot(image);
      try {
        long start = nanoTime.getAsLong();
        probabilities.run(model.session(device), slot.pixels, 1);
        long end = nanoTime.getAsLong();
        model.metrics().ran(1, end - start);
        complete(slot, 0, start, end);
      } catch (InferenceException e) {
        failed.put(image, e);
      }
    }
    return failed;
  }

  /** Answers a slot with a row of the latest run; throws if the row is no distribution. */
  private void complete(Batch.Slot slot, int row, long start, long end) {
    LoadedModel model = slot.model;
    float[] values = probabilities.of(row);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new InferenceException(
            model.version() + " answered with numbers that are not finite", null);
      }
    }
    model.metrics().answered(start - slot.submittedAt, end - slot.submittedAt);
    slot.answer.complete(new Classification(model.version(), values));
  }

  /** The image is to blame: the device works, since it answered others of the batch. */
  private static BadImageException noAnswer(Batch batch, InferenceException failure) {
    return new BadImageException(
        BadImageException.Reason.NO_ANSWER,
        batch.model().version() + " gives no answer to this image: " + failure.getMessage(),
        failure);
  }
}
