package dev.millrace.streams.engine;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;

/**
 * The span of one image, to which the engine adds attributes. The engine does not end the span.
 *
 * @param tracer creates the span of the image's batch
 * @param span the span of the image
 */
public record ImageTrace(Tracer tracer, Span span) {

  /** The trace of an image that is not traced. */
  public static final ImageTrace NONE =
      new ImageTrace(TracerProvider.noop().get("dev.millrace.streams"), Span.getInvalid());

  static final AttributeKey<String> MODEL = AttributeKey.stringKey("millrace.model.name");
  static final AttributeKey<Long> VERSION = AttributeKey.longKey("millrace.model.version");
  static final AttributeKey<Long> QUEUE = AttributeKey.longKey("millrace.queue.duration.us");
  static final AttributeKey<Long> RUN = AttributeKey.longKey("millrace.compute.infer.duration.us");
  private static final AttributeKey<Long> DECODE =
      AttributeKey.longKey("millrace.decode.duration.us");
  private static final AttributeKey<Long> BATCH_SIZE = AttributeKey.longKey("millrace.batch.size");

  private static final int NANOS = 1_000;

  /** {@return whether the image's span is recorded and will be exported} */
  boolean isSampled() {
    return span.getSpanContext().isSampled() && span.isRecording();
  }

  /** Adds the time that the decoder took, in ns. */
  void decoded(long nanos) {
    if (span.isRecording()) {
      span.setAttribute(DECODE, nanos / NANOS);
    }
  }

  /**
   * Adds the version that answered the image, the size of its batch, and the times of the answer.
   */
  void answered(LoadedModel model, int batchSize, long queuedNanos, long runNanos) {
    if (span.isRecording()) {
      span.setAttribute(MODEL, model.version().name());
      span.setAttribute(VERSION, (long) model.version().version());
      span.setAttribute(BATCH_SIZE, (long) batchSize);
      span.setAttribute(QUEUE, queuedNanos / NANOS);
      span.setAttribute(RUN, runNanos / NANOS);
    }
  }
}
