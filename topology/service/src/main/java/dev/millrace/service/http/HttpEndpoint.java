package dev.millrace.service.http;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.service.serve.InferenceService;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Exposes a running service's metrics, health and metadata over HTTP, and can also classify images.
 * The endpoint answers these requests:
 *
 * <ul>
 *   <li>{@code GET /metrics}: every metric, in Prometheus's text format;
 *   <li>{@code GET /v2}: the server's metadata;
 *   <li>{@code GET /v2/health/live}: 200, or 503 if the service cannot recover and is about to end;
 *   <li>{@code GET /v2/health/ready}: 200, or 503 with the problems that have lasted longer than 10
 *       s;
 *   <li>{@code GET /v2/models/NAME[/versions/N][/ready]}: the model's metadata or readiness;
 *   <li>{@code POST /v2/models/NAME[/versions/N]/infer}: the classes of images, see {@link
 *       InferHandler}.
 * </ul>
 *
 * <p>A client must send its request within 5 s, and read the answer within 10 s. The endpoint
 * handles at most 2,000 requests at the same time, and refuses further requests.
 *
 * <p>Health and metadata follow the {@linkplain InferenceProtocol Open Inference Protocol}.
 */
public final class HttpEndpoint implements AutoCloseable {

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
      InetSocketAddress address,
      InferenceService service,
      PrometheusMeterRegistry registry,
      boolean infers)
      throws IOException {
    // By default, at most 50 connections can wait to be accepted. A client with a further
    // connection would wait a second, and then repeat its first packet.
    server = HttpServer.create(address, MOST_REQUESTS);
    server.setExecutor(threads);
    ServedModel model = ServedModel.of(service);
    InferenceProtocol protocol = new InferenceProtocol(model, version(), infers);
    HttpHandler pages = new Requests(path -> page(path, protocol, registry));
    server.createContext("/", pages);
    server.createContext(
        "/v2/models/", new InferHandler(model, protocol, service::spareSlots, infers, pages));
    server.start();
  }

  /**
   * Starts to listen, without classifying images.
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
    return listen(address, service, registry, false);
  }

  /**
   * Starts to listen.
   *
   * @param address the address; port 0 picks a free port
   * @param service the service to report on; the caller closes it
   * @param registry holds the metrics; the caller closes it
   * @param infers whether to classify the images of requests
   * @return the endpoint
   * @throws IOException if the port is in use, or the address does not belong to this machine
   */
  public static HttpEndpoint listen(
      InetSocketAddress address,
      InferenceService service,
      PrometheusMeterRegistry registry,
      boolean infers)
      throws IOException {
    return new HttpEndpoint(address, service, registry, infers);
  }

  /**
   * Lets another handler answer a path, and all paths that begin with it.
   *
   * @param path the path, which begins with a slash
   * @param handler answers the requests, on several threads at the same time
   */
  public void serve(String path, HttpHandler handler) {
    server.createContext(path, handler);
  }

  /** {@return the address that the endpoint listens on} */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private static String version() {
    String version = HttpEndpoint.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  private static Optional<HttpAnswer> page(
      List<String> path, InferenceProtocol protocol, PrometheusMeterRegistry registry) {
    if (path.equals(List.of("metrics"))) {
      return Optional.of(HttpAnswer.text(PROMETHEUS, registry.scrape()));
    }
    return path.isEmpty() || !path.get(0).equals("v2")
        ? Optional.empty()
        : protocol.get(path.subList(1, path.size()));
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
