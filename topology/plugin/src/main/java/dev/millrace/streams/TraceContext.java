package dev.millrace.streams;

import dev.millrace.streams.engine.ImageTrace;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;

/**
 * The trace context (OpenTelemetry) in which a record was processed. An answer is forwarded while
 * Kafka Streams processes another record, whose trace context is then the current one. Without this
 * class, the prediction would be sent within the trace of the other record.
 *
 * <p>Under OpenTelemetry's Java agent, the context is the agent's. Without the agent and without
 * {@link Tracing}, it is empty.
 *
 * @param context the context; with {@link Tracing}, it holds the image's span
 * @param image the image's span; {@link ImageTrace#NONE} without {@link Tracing}
 */
record TraceContext(Context context, ImageTrace image) {

  private static final AttributeKey<Long> BYTES =
      AttributeKey.longKey("messaging.message.body.size");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  /**
   * Runs code in this context.
   *
   * @param code the code, which runs on the calling thread
   */
  void run(Runnable code) {
    try (Scope scope = context.makeCurrent()) {
      code.run();
    }
  }

  /** Adds the size of the encoded image, in bytes, to the image's span. */
  void holds(int bytes) {
    if (span().isRecording()) {
      span().setAttribute(BYTES, (long) bytes);
    }
  }

  /**
   * Notes in the image's span that the image gets no prediction.
   *
   * @param type a short name of the reason, from a small set of names
   * @param reason the reason
   */
  void failed(String type, String reason) {
    if (span().isRecording()) {
      span().setAttribute(ERROR, type);
      span().setStatus(StatusCode.ERROR, String.valueOf(reason));
    }
  }

  /** Ends the image's span after its answer was forwarded. */
  void end() {
    span().end();
  }

  /** Ends the image's span, because its record will be processed again. */
  void giveUp() {
    failed("given_up", "the task gave up this record; it is processed again");
    end();
  }

  private Span span() {
    return image.span();
  }
}
