package dev.millrace.service.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.health.Problem;
import dev.millrace.service.serve.InferenceService;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Exposes a running service's metrics, health and metadata over HTTP, read-only:
 *
 * <ul>
 *   <li>{@code GET /metrics}: every metric, in Prometheus's text format;
 *   <li>{@code GET /v2/health/live}: 200, or 503 if the service cannot recover and is about to end;
 *   <li>{@code GET /v2/health/ready}: 200, or 503 with the problems that have lasted longer than 10
 *       s;
 *   <li>{@code GET /v2/models/NAME[/versions/N][/ready]}: the model's metadata or readiness.
 * </ul>
 *
 * <p>A client must send its request within 5 s, and read the answer within 10 s. The endpoint
 * handles at most 2,000 requests at the same time, and refuses further requests.
 *
 * <p>Health and metadata follow the <a
 * href="https://github.com/kserve/open-inference-protocol">Open Inference Protocol</a>. There is no
 * inference over HTTP.
 */
public final class HttpEndpoint implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  /**
   * Largest number of requests at the same time. A client that sends or reads slowly occupies a
   * thread and a connection until its time-out. The number is large, so that slow clients do not
   * block other clients.
   */
  private static final int MOST_REQUESTS = 2_000;

  private static final int IDLE_THREADS = 2;
  private static final int REQUEST_SECONDS = 5;
  private static final int RESPONSE_SECONDS = 10;

  static {
    // The JDK's HTTP server reads these settings only from system properties, when its class loads.
    setting("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
    setting("sun.net.httpserver.maxRspTime", RESPONSE_SECONDS);
    setting("jdk.httpserver.maxConnections", 2 * MOST_REQUESTS);
    // The server sends headers and body in separate packets. Without nodelay, Nagle's algorithm
    // holds the body back until the client has acknowledged the headers. On a connection that stays
    // open, the client's delayed acknowledgement (a TCP feature) takes 40 ms.
    setting("sun.net.httpserver.nodelay", true);
  }

  private final HttpServer server;
  private final ExecutorService threads = threads();

  private HttpEndpoint(
      InetSocketAddress address, InferenceService service, PrometheusMeterRegistry registry)
      throws IOException {
    // By default, at most 50 connections can wait to be accepted. A client with a further
    // connection would wait a second, and then repeat its first packet.
    server = HttpServer.create(address, MOST_REQUESTS);
    server.setExecutor(threads);
    server.createContext(
        "/metrics",
        get("/metrics", exchange -> answer(exchange, 200, PROMETHEUS, registry.scrape())));
    server.createContext(
        "/v2/health/live", get("/v2/health/live", exchange -> live(exchange, service)));
    server.createContext(
        "/v2/health/ready", get("/v2/health/ready", exchange -> ready(exchange, service)));
    model(service);
    server.createContext(
        "/",
        exchange -> answer(exchange, 404, "text/plain", "there is nothing here; try /metrics\n"));
    server.start();
  }

  /**
   * Starts to listen.
   *
   * @param address the address; port 0 picks a free port
   * @param service the service to report on; the caller closes it
   * @param registry holds the metrics; the caller closes it
   * @return the endpoint
   * @throws IOException if the port is in use, or the address does not belong to this machine
   */
  public static HttpEndpoint listen(
      InetSocketAddress address, InferenceService service, PrometheusMeterRegistry registry)
      throws IOException {
    return new HttpEndpoint(address, service, registry);
  }

  /** {@return the address that the endpoint listens on} */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /**
   * Adds the model's paths. Each request looks up the serving version, because a swap may have
   * changed the version.
   */
  private void model(InferenceService service) {
    String home = "/v2/models/" + service.model();
    HttpHandler metadata =
        exchange -> {
          Optional<ModelVersion> serving = service.serving();
          if (serving.isEmpty()) {
            ready(exchange, service);
          } else {
            answer(exchange, 200, "application/json", json(ModelMetadata.of(serving.get())));
          }
        };
    HttpHandler ready = exchange -> ready(exchange, service);
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

  private static byte[] json(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  /**
   * Answers only the exact path. A context of the JDK's HTTP server also matches every path below
   * the context's own path.
   */
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

  /** Returns the serving version, or 0 if no version serves. */
  private static int version(InferenceService service) {
    return service.serving().map(ModelVersion::version).orElse(0);
  }

  private static void live(HttpExchange exchange, InferenceService service) throws IOException {
    boolean live = service.isLive();
    answer(exchange, live ? 200 : 503, "application/json", json(Map.of("live", live)));
  }

  private static void ready(HttpExchange exchange, InferenceService service) throws IOException {
    List<Problem> problems = service.problems();
    answer(
        exchange,
        problems.isEmpty() ? 200 : 503,
        "application/json",
        json(
            problems.isEmpty()
                ? Map.of("ready", true)
                : Map.of("ready", false, "problems", problems)));
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

  private static void setting(String property, Object value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value.toString());
    }
  }

  private static ExecutorService threads() {
    return new ThreadPoolExecutor(
        IDLE_THREADS,
        MOST_REQUESTS,
        RESPONSE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, "millrace-http");
          thread.setDaemon(true);
          return thread;
        });
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }
}
