package dev.millrace.streams.engine;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.InferenceException;
import dev.millrace.core.model.ModelSession;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Runs batches on one device, one at a time, on a thread that does nothing else: ONNX Runtime's
 * sessions want few threads, and always the same ones (onnxruntime#29351).
 */
final class DeviceRunner implements Runnable {

  private final InferenceEngine engine;
  private final LoadedModel model;
  private final ModelSession session;
  private final BatchSizes sizes;
  private final EngineMetrics metrics;
  private final LongSupplier nanoTime;
  private final FloatBuffer probabilities;

  DeviceRunner(
      InferenceEngine engine,
      LoadedModel model,
      Device device,
      int maxBatchSize,
      EngineMetrics metrics,
      LongSupplier nanoTime) {
    this.engine = engine;
    this.model = model;
    this.session = model.session(device);
    this.sizes = new BatchSizes(device.kind(), maxBatchSize);
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.probabilities = LoadedModel.floats(maxBatchSize * session.classes());
  }

  @Override
  public void run() {
    try {
      for (Optional<Batch> batch = engine.take(); batch.isPresent(); batch = engine.take()) {
        answer(batch.get());
        engine.recycle(batch.get());
      }
    } catch (Throwable e) {
      engine.stop(e);
    }
  }

  /** Runs a batch and completes its answers, whatever happens. */
  private void answer(Batch batch) {
    try {
      long start = nanoTime.getAsLong();
      if (anyImage(batch)) {
        session.run(batch.pixels(), sizes.padded(batch.size()), probabilities);
        long end = nanoTime.getAsLong();
        metrics.ran(batch.size(), end - start);
        for (int i = 0; i < batch.size(); i++) {
          answer(batch.slot(i), i, start, end);
        }
      }
    } catch (InferenceException e) {
      metrics.failed(batch.size());
      batch.fail(e);
    } catch (Throwable e) {
      batch.fail(new InferenceException("the run of a batch failed: " + e, e));
      throw e;
    }
  }

  private static boolean anyImage(Batch batch) {
    for (int i = 0; i < batch.size(); i++) {
      if (batch.slot(i).refusal() == null) {
        return true;
      }
    }
    return false;
  }

  private void answer(Batch.Slot slot, int row, long start, long end) {
    if (slot.refusal() != null) {
      return;
    }
    float[] values = new float[session.classes()];
    probabilities.get(row * values.length, values);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new InferenceException(
            model.version() + " answered with numbers that are not finite", null);
      }
    }
    metrics.answered(start - slot.submittedAt, end - slot.submittedAt);
    slot.answer.complete(new Classification(model.version(), values));
  }
}
