package dev.millrace.streams.engine;

import dev.millrace.core.model.Device;
import dev.millrace.core.runtime.InferenceException;
import io.opentelemetry.api.trace.Span;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * One run of a batch, or of some of its images, on a device. Measures the run, and reports it to
 * the metrics, to the trace and to the JDK Flight Recorder. Confined to its runner's thread.
 */
final class ObservedRun {

  private final LoadedModel model;
  private final int images;
  private final LongSupplier nanoTime;
  private final BatchEvent event = new BatchEvent();
  private final Span span;
  private final long start;
  private long end;

  /**
   * Begins a run.
   *
   * @param images the indexes of the slots that run, at least one
   */
  ObservedRun(Batch batch, List<Integer> images, Device device, LongSupplier nanoTime) {
    this.model = batch.model();
    this.images = images.size();
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    long queued = start - batch.slot(images.get(0)).submittedAt;
    this.span = RunSpan.begin(batch, images, device, queued);
    if (event.isEnabled()) {
      event.model = model.version().name();
      event.version = model.version().version();
      event.device = device.toString();
      event.images = this.images;
      event.queued = queued;
      event.begin();
    }
  }

  /** Ends a run that the device has answered. */
  void answered() {
    end = nanoTime.getAsLong();
    model.metrics().ran(images, end - start);
    RunSpan.answered(span, end - start);
    event.answered = true;
    event.commit();
  }

  /** Ends a run that failed. */
  void failed(InferenceException failure) {
    RunSpan.failed(span, failure);
    event.commit();
  }

  /** Reports that the run has answered one of its images. To be called after {@link #answered}. */
  void answered(Batch.Slot slot) {
    model.metrics().answered(start - slot.submittedAt, end - slot.submittedAt);
    slot.trace.answered(model, images, start - slot.submittedAt, end - start);
  }
}
