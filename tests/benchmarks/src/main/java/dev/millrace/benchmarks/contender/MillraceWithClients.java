package dev.millrace.benchmarks.contender;

import dev.millrace.service.http.HttpEndpoint;
import dev.millrace.service.serve.InferenceService;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;

/**
 * Millrace, and 200 clients that repeatedly ask it over HTTP to classify an image. After an answer
 * with status 429, a client waits for the time in the header {@code Retry-After}. The clients run
 * in Millrace's process, so the measured processor time includes the processor time of the clients.
 */
final class MillraceWithClients implements AutoCloseable {

  private static final int CLIENTS = 200;
  private static final int SIDE = 32;
  private static final int TOO_MANY_REQUESTS = 429;

  private final InferenceService service;
  private final HttpEndpoint endpoint;
  private final HttpClient http = HttpClient.newHttpClient();
  private final HttpRequest request;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  private MillraceWithClients(
      InferenceService service, PrometheusMeterRegistry registry, String model) throws IOException {
    this.service = service;
    InetAddress loopback = InetAddress.getLoopbackAddress();
    endpoint = HttpEndpoint.listen(new InetSocketAddress(loopback, 0), service, registry, true);
    int port = endpoint.address().getPort();
    request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + port + "/v2/models/" + model + "/infer"))
            .header("Inference-Header-Content-Length", "0")
            .POST(HttpRequest.BodyPublishers.ofByteArray(image()))
            .build();
    for (int i = 0; i < CLIENTS; i++) {
      Thread thread = new Thread(this::ask, "client-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  static AutoCloseable start(Settings settings) throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    return new MillraceWithClients(
        Millrace.start(settings, registry, Optional.empty()), registry, settings.model());
  }

  private static byte[] image() throws IOException {
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    boolean unused =
        ImageIO.write(new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB), "jpg", jpeg);
    return jpeg.toByteArray();
  }

  private void ask() {
    try {
      while (!closed) {
        HttpResponse<Void> answer = http.send(request, HttpResponse.BodyHandlers.discarding());
        if (answer.statusCode() == TOO_MANY_REQUESTS) {
          TimeUnit.SECONDS.sleep(answer.headers().firstValueAsLong("Retry-After").orElseThrow());
        }
      }
    } catch (IOException e) {
      if (!closed) {
        throw new UncheckedIOException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      thread.join();
    }
    endpoint.close();
    service.close();
  }
}
