package dev.millrace.tests.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the live page of a service on this machine, as a browser with a token does. */
final class PageReader implements AutoCloseable {

  private static final long MOST_MS = 60_000;

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI address;
  private final String token;
  private final List<String> lines = new ArrayList<>();
  private final Thread thread = new Thread(this::follow, "page-reader");
  private volatile boolean closed;

  /** Reason why this class has stopped reading the stream of events; guarded by {@link #lines}. */
  private String failure;

  private PageReader(URI address, String token) {
    this.address = address;
    this.token = token;
  }

  /** Opens the page, and follows its stream of events until {@link #close}. */
  static PageReader open(int port, String token) {
    PageReader reader = new PageReader(URI.create("http://localhost:" + port + "/page/"), token);
    reader.thread.setDaemon(true);
    reader.thread.start();
    return reader;
  }

  /**
   * Reads the stream of events. The service ends each response after a few seconds, so this method
   * sends a new request, as a browser does.
   */
  private void follow() {
    try {
      while (!closed) {
        HttpResponse<Stream<String>> response =
            client.send(request("events"), HttpResponse.BodyHandlers.ofLines());
        try (Stream<String> body = response.body()) {
          if (response.statusCode() != 200) {
            fail(
                "HTTP status "
                    + response.statusCode()
                    + " of "
                    + response.uri()
                    + ": "
                    + body.collect(Collectors.joining(" ")));
            return;
          }
          body.forEach(this::add);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      fail(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void add(String line) {
    synchronized (lines) {
      lines.add(line);
      lines.notifyAll();
    }
  }

  private void fail(String why) {
    synchronized (lines) {
      failure = why;
      lines.notifyAll();
    }
  }

  /**
   * Waits for an event with this text.
   *
   * @throws AssertionError if there is none within a minute, or if the page cannot be read
   */
  void await(String text) throws InterruptedException {
    long end = System.nanoTime() + MOST_MS * 1_000_000;
    synchronized (lines) {
      while (lines.stream().noneMatch(line -> line.contains(text))) {
        if (failure != null) {
          throw new AssertionError(
              "the stream of events has ended before an event with " + text + ": " + failure);
        }
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new AssertionError("no event has " + text + ", only: " + lines);
        }
        lines.wait(left);
      }
    }
  }

  /** Sends a GET request for a path below the page's path. */
  HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(address.resolve(path))
        .header("Authorization", "Bearer " + token)
        .build();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
