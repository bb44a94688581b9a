package dev.millrace.streams.engine;

import dev.millrace.core.model.Device;
import dev.millrace.core.runtime.InferenceException;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.util.List;

/**
 * The span of one run of a batch, with a link to the span of each sampled image of the batch. If no
 * image is sampled, there is no span.
 *
 * <p>The span is a child of the span of the first sampled image. So a sampler that follows the
 * parent's decision keeps the span, and an image's trace leads to the batch. See {@code
 * RATIONALE.md}.
 */
final class RunSpan {

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("messaging.operation.name");
  private static final AttributeKey<Long> IMAGES =
      AttributeKey.longKey("messaging.batch.message_count");
  private static final AttributeKey<String> DEVICE = AttributeKey.stringKey("millrace.device");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  private static final int NANOS = 1_000;

  private RunSpan() {}

  /**
   * Starts the span of a run.
   *
   * @param images the indexes of the slots that run
   * @param queuedNanos the time that the oldest of these images has waited for the run, in ns
   * @return the span, which the caller passes to {@link #answered} or {@link #failed}
   */
  static Span begin(Batch batch, List<Integer> images, Device device, long queuedNanos) {
    SpanBuilder builder = null;
    for (int image : images) {
      ImageTrace trace = batch.slot(image).trace;
      if (trace.isSampled()) {
        builder = builder == null ? builder(batch.model(), trace) : builder;
        builder.addLink(trace.span().getSpanContext());
      }
    }
    return builder == null
        ? Span.getInvalid()
        : builder
            .setAttribute(IMAGES, (long) images.size())
            .setAttribute(DEVICE, device.toString())
            .setAttribute(ImageTrace.QUEUE, queuedNanos / NANOS)
            .startSpan();
  }

  private static SpanBuilder builder(LoadedModel model, ImageTrace first) {
    return first
        .tracer()
        .spanBuilder("run " + model.version().name())
        .setParent(Context.root().with(first.span()))
        .setAttribute(SYSTEM, "kafka")
        .setAttribute(OPERATION, "run")
        .setAttribute(ImageTrace.MODEL, model.version().name())
        .setAttribute(ImageTrace.VERSION, (long) model.version().version());
  }

  /** Ends the span of a run that took this long. */
  static void answered(Span span, long runNanos) {
    if (span.isRecording()) {
      span.setAttribute(ImageTrace.RUN, runNanos / NANOS);
      span.end();
    }
  }

  /** Ends the span of a run that failed. */
  static void failed(Span span, InferenceException failure) {
    if (span.isRecording()) {
      span.setAttribute(ERROR, "device");
      span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
      span.end();
    }
  }
}
