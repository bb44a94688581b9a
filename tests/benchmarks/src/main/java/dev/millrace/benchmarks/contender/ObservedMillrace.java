package dev.millrace.benchmarks.contender;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.service.http.HttpEndpoint;
import dev.millrace.service.page.LivePage;
import dev.millrace.service.page.PageConfig;
import dev.millrace.service.promotion.KafkaConfigs;
import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.telemetry.OtelSettings;
import dev.millrace.service.telemetry.Telemetry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The service as an operator watches it: {@code /metrics} is read each second, a hundredth of the
 * images is traced, and one reader receives the live page's events without its thumbnails. The
 * readers and the collector of the traces run in Millrace's process. The measured processor time
 * includes their processor time, so it is a little too large.
 */
final class ObservedMillrace {

  private static final Map<String, String> SAMPLED =
      Map.of("otel.traces.sampler", "parentbased_traceidratio", "otel.traces.sampler.arg", "0.01");

  private ObservedMillrace() {}

  static AutoCloseable start(Settings settings) throws Exception {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    HttpServer collector = collector();
    parts.push(() -> collector.stop(0));
    Map<String, String> keys = new HashMap<>(SAMPLED);
    keys.put("otel.exporter.otlp.endpoint", "http://127.0.0.1:" + collector.getAddress().getPort());
    Telemetry telemetry =
        Telemetry.start(
            Set.of(Telemetry.Signal.TRACES),
            OtelSettings.of(keys),
            "bench",
            settings.maxBatchSize(),
            registry,
            any -> {});
    parts.push(telemetry);
    InferenceService service = Millrace.start(settings, registry, telemetry.openTelemetry());
    parts.push(service);
    HttpEndpoint endpoint =
        HttpEndpoint.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), service, registry);
    parts.push(endpoint);
    LivePage page =
        LivePage.open(
            service,
            Millrace.config(settings),
            registry,
            KafkaConfigs.of(settings.bootstrapServers()),
            PageConfig.DEFAULT,
            version -> {});
    parts.push(page);
    endpoint.serve(LivePage.PATH, page.handler());
    int port = endpoint.address().getPort();
    parts.push(reader(port)::shutdownNow);
    parts.push(viewer(port));
    return () -> {
      while (!parts.isEmpty()) {
        parts.pop().close();
      }
    };
  }

  /** Starts a server that accepts spans and discards them. */
  private static HttpServer collector() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            long unused = exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
    return server;
  }

  /**
   * Starts to receive the live page's events. The server ends each response after some seconds, so
   * the reader sends a new request 0.1 s later.
   *
   * @return an object that stops the reader when it is closed; its {@code close} method throws an
   *     exception if the reader failed before
   */
  private static AutoCloseable viewer(int port) {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + LivePage.PATH + "/events"))
            .build();
    ScheduledExecutorService viewer = Executors.newSingleThreadScheduledExecutor();
    ScheduledFuture<?> watching =
        viewer.scheduleWithFixedDelay(() -> look(client, request), 0, 100, TimeUnit.MILLISECONDS);
    return () -> {
      boolean ended = watching.isDone();
      viewer.shutdownNow();
      if (ended) {
        watching.get();
      }
    };
  }

  private static void look(HttpClient client, HttpRequest request) {
    try {
      int status = client.send(request, BodyHandlers.discarding()).statusCode();
      if (status != 200) {
        throw new IllegalStateException("the page answered with status " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts a reader that requests the metrics once a second. */
  @SuppressWarnings("FutureReturnValueIgnored") // the task ends with the executor
  private static ScheduledExecutorService reader(int port) {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
            .header("Accept-Encoding", "gzip")
            .build();
    ScheduledExecutorService reader = Executors.newSingleThreadScheduledExecutor();
    reader.scheduleAtFixedRate(
        () -> client.sendAsync(request, BodyHandlers.discarding()), 0, 1, TimeUnit.SECONDS);
    return reader;
  }
}
