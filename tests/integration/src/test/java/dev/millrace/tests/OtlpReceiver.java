package dev.millrace.tests;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/**
 * Receives the spans and metrics that OpenTelemetry's exporters send with OTLP over HTTP.
 * Thread-safe.
 */
final class OtlpReceiver implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final Map<String, String> metrics = new ConcurrentHashMap<>();
  private final Map<String, String> services = new ConcurrentHashMap<>();

  OtlpReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/traces", exchange -> answer(exchange, this::traces));
    server.createContext("/v1/metrics", exchange -> answer(exchange, this::metrics));
    server.setExecutor(threads);
    server.start();
  }

  private interface Reader {
    void read(InputStream body) throws IOException;
  }

  private static void answer(HttpExchange exchange, Reader reader) throws IOException {
    try (exchange) {
      InputStream body = exchange.getRequestBody();
      boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      reader.read(gzip ? new GZIPInputStream(body) : body);
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void traces(InputStream body) throws IOException {
    ExportTraceServiceRequest.parseFrom(body)
        .getResourceSpansList()
        .forEach(
            resource -> {
              resource
                  .getResource()
                  .getAttributesList()
                  .forEach(
                      value -> services.put(value.getKey(), value.getValue().getStringValue()));
              resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
            });
  }

  private void metrics(InputStream body) throws IOException {
    ExportMetricsServiceRequest.parseFrom(body)
        .getResourceMetricsList()
        .forEach(
            resource ->
                resource
                    .getScopeMetricsList()
                    .forEach(
                        scope ->
                            scope
                                .getMetricsList()
                                .forEach(
                                    metric -> metrics.put(metric.getName(), metric.toString()))));
  }

  /** Returns the address for {@code otel.exporter.otlp.endpoint}. */
  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Returns the spans received so far whose name begins with this text. */
  List<Span> spans(String name) {
    return spans.stream().filter(span -> span.getName().startsWith(name)).toList();
  }

  /** Returns the attributes of the resource that sent the spans. */
  Map<String, String> resource() {
    return services;
  }

  /** Returns the latest metrics, by name, as text. */
  Map<String, String> metrics() {
    return metrics;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }
}
