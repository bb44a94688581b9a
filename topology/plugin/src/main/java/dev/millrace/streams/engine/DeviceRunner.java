package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.model.Device;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
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
 * <p>A run that fails is repeated once, image by image, since one image may have failed them all.
 * An image that fails again is refused if any other of its batch was answered; if none was, the
 * device is to blame, and the batch has no answer.
 */
final class DeviceRunner implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(DeviceRunner.class);

  private final InferenceEngine engine;
  private final Device device;
  private final LongSupplier nanoTime;
  private FloatBuffer probabilities = LoadedModel.floats(0);

  DeviceRunner(InferenceEngine engine, Device device, LongSupplier nanoTime) {
    this.engine = engine;
    this.device = device;
    this.nanoTime = nanoTime;
  }

  @Override
  public void run() {
    try {
      for (Optional<Batch> batch = engine.take(); batch.isPresent(); batch = engine.take()) {
        try {
          answer(batch.get());
        } finally {
          engine.recycle(batch.get());
        }
      }
    } catch (Throwable e) {
      engine.stop(e);
    }
  }

  /** Runs a batch and completes its answers, whatever happens. */
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
      failed.forEach((image, failure) -> refuse(batch.slot(image), failure));
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
    long start = nanoTime.getAsLong();
    try {
      LoadedModel model = batch.model();
      run(model, batch.pixels(), model.batchSizes(device).padded(batch.size()));
    } catch (InferenceException e) {
      images.forEach(image -> failed.put(image, e));
      return failed;
    }
    long end = nanoTime.getAsLong();
    batch.model().metrics().ran(images.size(), end - start);
    for (int image : images) {
      try {
        answer(batch.slot(image), image, start, end);
      } catch (InferenceException e) {
        failed.put(image, e);
      }
    }
    return failed;
  }

  /** Runs some of a batch's images each by itself and returns those that failed again. */
  private Map<Integer, InferenceException> runOneByOne(Batch batch, List<Integer> images) {
    Map<Integer, InferenceException> failed = new LinkedHashMap<>();
    for (int image : images) {
      Batch.Slot slot = batch.slot(image);
      try {
        long start = nanoTime.getAsLong();
        run(batch.model(), slot.pixels, 1);
        long end = nanoTime.getAsLong();
        batch.model().metrics().ran(1, end - start);
        answer(slot, 0, start, end);
      } catch (InferenceException e) {
        failed.put(image, e);
      }
    }
    return failed;
  }

  private void run(LoadedModel model, ByteBuffer pixels, int images) {
    ModelSession session = model.session(device);
    if (probabilities.limit() < images * session.classes()) {
      probabilities = LoadedModel.floats(model.maxBatchSize() * session.classes());
    }
    session.run(pixels, images, probabilities);
  }

  /** Others of its batch were answered, so the device works and the image is to blame. */
  private void refuse(Batch.Slot slot, InferenceException failure) {
    LoadedModel model = slot.model;
    BadImageException.Reason reason = BadImageException.Reason.NO_ANSWER;
    model.metrics().refused(reason);
    slot.answer.completeExceptionally(
        new BadImageException(
            reason,
            model.version() + " gives no answer to this image: " + failure.getMessage(),
            failure));
  }

  private void answer(Batch.Slot slot, int row, long start, long end) {
    LoadedModel model = slot.model;
    float[] values = new float[model.session(device).classes()];
    probabilities.get(row * values.length, values);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new InferenceException(
            model.version() + " answered with numbers that are not finite", null);
      }
    }
    model.metrics().answered(start - slot.submittedAt, end - slot.submittedAt);
    slot.answer.complete(new Classification(model.version(), values));
  }
}
