package dev.millrace.registry;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends HTTP requests with a time limit. If the heap is full for a moment, an error may end the
 * thread that serves all connections of the JDK's HTTP client. The client then throws unchecked
 * exceptions, or answers no request any more. Therefore, this class replaces a client that throws
 * another exception than an {@link IOException}. It also replaces a client after any other failure,
 * unless the client is new.
 *
 * <p>Thread-safe.
 */
final class RegistryHttp {

  /**
   * A client counts as new while it is younger than this number of time limits. Otherwise, an
   * outage of the registry would create many clients, each of which keeps a thread until the
   * garbage collector finds it.
   */
  private static final int NEW = 6;

  private final Duration patience;
  private HttpClient client;
  private long openedAt;

  /**
   * @param patience longest time from a request to the end of its answer
   */
  RegistryHttp(Duration patience) {
    this.patience = patience;
    open();
  }

  private void open() {
    client = HttpClient.newBuilder().connectTimeout(patience).build();
    openedAt = System.nanoTime();
  }

  /**
   * Sends a request. The JDK's own time limit covers only the time until the headers of the answer
   * arrive.
   *
   * @throws IOException if the whole answer does not come in time
   */
  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    HttpClient current = client();
    CompletableFuture<HttpResponse<String>> answer;
    try {
      answer = current.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    } catch (RuntimeException e) {
      replace(current, true);
      throw failure(e);
    }
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      replace(current, false);
      throw new IOException("no whole answer within " + patience.toMillis() + " ms");
    } catch (ExecutionException e) {
      replace(current, !(e.getCause() instanceof IOException));
      throw failure(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  private static IOException failure(Throwable cause) {
    return new IOException(Objects.requireNonNullElse(cause.getMessage(), "no connection"), cause);
  }

  private synchronized HttpClient client() {
    return client;
  }

  /**
   * Replaces a client.
   *
   * @param broken whether the client is certainly broken; otherwise, a new client is kept
   */
  private synchronized void replace(HttpClient failed, boolean broken) {
    boolean old = System.nanoTime() - openedAt >= NEW * patience.toNanos();
    if (client == failed && (broken || old)) {
      open();
    }
  }
}
