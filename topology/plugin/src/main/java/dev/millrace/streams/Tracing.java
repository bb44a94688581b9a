package dev.millrace.streams;

import dev.millrace.streams.engine.ImageTrace;
import dev.millrace.streams.internals.RecordForwarder;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Starts a span for each image, according to OpenTelemetry's <a
 * href="https://opentelemetry.io/docs/specs/semconv/messaging/kafka/">conventions for messages in
 * Kafka</a>. Without an {@code OpenTelemetry} object, there are no spans, and the images keep the
 * trace context in which they are processed. Thread-safe.
 */
final class Tracing {

  /** Creates no spans. */
  static final Tracing OFF = new Tracing(null, null);

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("messaging.operation.name");
  private static final AttributeKey<String> OPERATION_TYPE =
      AttributeKey.stringKey("messaging.operation.type");
  private static final AttributeKey<String> GROUP =
      AttributeKey.stringKey("messaging.consumer.group.name");
  private static final AttributeKey<String> TOPIC =
      AttributeKey.stringKey("messaging.destination.name");
  private static final AttributeKey<String> PARTITION =
      AttributeKey.stringKey("messaging.destination.partition.id");
  private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");
  private static final String PROCESS = "process";

  private final Tracer tracer;
  private final TextMapPropagator propagator;

  private Tracing(Tracer tracer, TextMapPropagator propagator) {
    this.tracer = tracer;
    this.propagator = propagator;
  }

  /** Creates tracing with the tracer and the propagators of {@code openTelemetry}. */
  static Tracing of(OpenTelemetry openTelemetry) {
    return new Tracing(
        openTelemetry.getTracer("dev.millrace.streams"),
        openTelemetry.getPropagators().getTextMapPropagator());
  }

  /**
   * Starts the span of a record's image. Its parent is the current span of the calling thread, or
   * else the span that the record's headers name.
   *
   * @param origin the record's place, without a topic if a punctuator has created the record
   * @param group the consumer group, which is the application's id
   * @return the record's trace; the caller ends it
   */
  TraceContext begin(FixedKeyRecord<?, ?> record, RecordMetadata origin, String group) {
    Context current = Context.current();
    if (tracer == null) {
      return new TraceContext(current, ImageTrace.NONE);
    }
    boolean inSpan = Span.fromContext(current).getSpanContext().isValid();
    Context parent =
        inSpan ? current : propagator.extract(current, record.headers(), Getter.INSTANCE);
    String topic = origin.topic();
    Span span =
        tracer
            .spanBuilder(topic == null ? PROCESS : PROCESS + " " + topic)
            .setParent(parent)
            .setSpanKind(SpanKind.CONSUMER)
            .startSpan();
    if (span.isRecording()) {
      span.setAttribute(SYSTEM, "kafka");
      span.setAttribute(OPERATION, PROCESS);
      span.setAttribute(OPERATION_TYPE, PROCESS);
      span.setAttribute(GROUP, group);
      if (topic != null) {
        span.setAttribute(TOPIC, topic);
        span.setAttribute(PARTITION, Integer.toString(origin.partition()));
        span.setAttribute(OFFSET, origin.offset());
      }
    }
    return new TraceContext(parent.with(span), new ImageTrace(tracer, span));
  }

  /**
   * Writes a record's trace to its headers, so that a prediction and a dead letter name the image's
   * span.
   */
  void inject(TraceContext trace, Headers headers, RecordMetadata origin) {
    if (tracer == null) {
      return;
    }
    propagator.inject(trace.context(), headers, Setter.INSTANCE);
    Headers own = RecordForwarder.headers(origin);
    if (own != headers) {
      propagator.inject(trace.context(), own, Setter.INSTANCE);
    }
  }

  private enum Getter implements TextMapGetter<Headers> {
    INSTANCE;

    @Override
    @SuppressWarnings("deprecation") // older versions of the API require this method
    public Iterable<String> keys(Headers headers) {
      return Arrays.stream(headers.toArray()).map(Header::key).collect(Collectors.toSet());
    }

    @Override
    public String get(Headers headers, String key) {
      Header header = headers == null ? null : headers.lastHeader(key);
      return header == null || header.value() == null
          ? null
          : new String(header.value(), StandardCharsets.UTF_8);
    }
  }

  private enum Setter implements TextMapSetter<Headers> {
    INSTANCE;

    @Override
    public void set(Headers headers, String key, String value) {
      headers.remove(key).add(key, value.getBytes(StandardCharsets.UTF_8));
    }
  }
}
