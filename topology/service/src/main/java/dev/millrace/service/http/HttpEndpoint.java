package dev.millrace.service.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.serve.InferenceService;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A running service over HTTP, read-only:
 *
 * <ul>
 *   <li>{@code GET /metrics}: every meter, in Prometheus's text format;
 *   <li>{@code GET /v2/health/live}, {@code /v2/health/ready}: 200, or 503;
 *   <li>{@code GET /v2/models/NAME[/versions/N][/ready]}: metadata or readiness of the model.
 * </ul>
 *
 * <p>Health and metadata follow the <a
 * href="https://github.com/kserve/open-inference-protocol">Open Inference Protocol</a>; inference
 * itself is Kafka's business.
 */
public final class HttpEndpoint implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "millrace-http");
            thread.setDaemon(true);
            return thread;
          });

  private HttpEndpoint(
      InetSocketAddress address, InferenceService service, PrometheusMeterRegistry registry)
      throws IOException {
    server = HttpServer.create(address, 0);
    server.setExecutor(threads);
    server.createContext(
        "/metrics",
        get("/metrics", exchange -> answer(exchange, 200, PROMETHEUS, registry.scrape())));
    server.createContext(
        "/v2/health/live", get("/v2/health/live", exchange -> health(exchange, notLive(service))));
    server.createContext(
        "/v2/health/ready",
        get("/v2/health/ready", exchange -> health(exchange, service.notReadyReason())));
    model(service);
    server.createContext(
        "/",
        exchange -> answer(exchange, 404, "text/plain", "there is nothing here; try /metrics\n"));
    server.start();
  }

  /**
   * Listens.
   *
   * @param address where; port 0 takes a free one
   * @throws IOException if the port is taken or the address is not this machine's
   */
  public static HttpEndpoint listen(
      InetSocketAddress address, InferenceService service, PrometheusMeterRegistry registry)
      throws IOException {
    return new HttpEndpoint(address, service, registry);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Which version serves is asked anew each time: it may have been swapped. */
  private void model(InferenceService service) {
    String home = "/v2/models/" + service.model();
    HttpHandler metadata =
        exchange -> {
          Optional<ModelVersion> serving = service.serving();
          if (serving.isEmpty()) {
            health(exchange, service.notReadyReason().or(() -> Optional.of("no version serves")));
          } else {
            answer(exchange, 200, "application/json", metadata(serving.get()));
          }
        };
    HttpHandler ready = exchange -> health(exchange, service.notReadyReason());
    server.createContext(home, get(home, metadata));
    server.createContext(home + "/ready", get(home + "/ready", ready));
    server.createContext(
        home + "/versions/",
        exchange -> {
          String version = home + "/versions/" + version(service);
          boolean asksReady = exchange.getRequestURI().getPath().endsWith("/ready");
          get(asksReady ? version + "/ready" : version, asksReady ? ready : metadata)
              .handle(exchange);
        });
  }

  private static byte[] metadata(ModelVersion serving) {
    try {
      return JSON.writeValueAsBytes(ModelMetadata.of(serving));
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  /** A context answers for every path below its own; only its own is meant. */
  private static HttpHandler get(String path, HttpHandler handler) {
    return exchange -> {
      if (!exchange.getRequestURI().getPath().equals(path)) {
        answer(exchange, 404, "text/plain", "there is nothing here\n");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        answer(exchange, 405, "text/plain", "only GET is answered\n");
      } else {
        handler.handle(exchange);
      }
    };
  }

  /** Version 0 is none. */
  private static int version(InferenceService service) {
    return service.serving().map(ModelVersion::version).orElse(0);
  }

  private static Optional<String> notLive(InferenceService service) {
    return service.isLive() ? Optional.empty() : Optional.of("the service has failed");
  }

  private static void health(HttpExchange exchange, Optional<String> problem) throws IOException {
    answer(
        exchange,
        problem.isPresent() ? 503 : 200,
        "text/plain; charset=utf-8",
        problem.map(reason -> "not ready: " + reason).orElse("ok") + "\n");
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    answer(exchange, status, type, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }
}
