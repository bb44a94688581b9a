package dev.millrace.streams;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;

/**
 * The trace context (OpenTelemetry) in which a record was processed. An answer is forwarded while
 * Kafka Streams processes another record, whose trace context is then the current one. Without this
 * class, the prediction would be sent within the trace of the other record.
 *
 * <p>Under OpenTelemetry's Java agent, the context is the agent's. Without the agent and without an
 * SDK, it is empty.
 *
 * @param context the context
 */
record TraceContext(Context context) {

  /** {@return the context of the calling thread} */
  static TraceContext current() {
    return new TraceContext(Context.current());
  }

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
}
