package dev.millrace.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A web server on the loopback address whose answers are written byte by byte. It keeps connections
 * open as long as its answers and its clients do.
 */
public final class HostileServer implements AutoCloseable {

  /** Writes an answer, head and all. */
  @FunctionalInterface
  public interface Answer {
    void write(OutputStream out) throws IOException, InterruptedException;
  }

  private final ServerSocket socket;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "hostile-server");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<Socket> connections = new CopyOnWriteArrayList<>();
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final CountDownLatch brokenOff = new CountDownLatch(1);

  public HostileServer() throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  public int port() {
    return socket.getLocalPort();
  }

  /** {@return a URI with the loopback address} */
  public String uri(String target) {
    return "http://127.0.0.1:" + port() + target;
  }

  public HostileServer on(String target, Answer answer) {
    answers.put(target, answer);
    return this;
  }

  public HostileServer on(String target, String head, String body) {
    return on(
        target, out -> out.write((head + "\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8)));
  }

  public HostileServer status(String target, int status) {
    return on(target, "HTTP/1.1 " + status + " x\r\nContent-Length: 1", "x");
  }

  public HostileServer redirect(String target, int status, String location) {
    return on(
        target, "HTTP/1.1 " + status + " x\r\nContent-Length: 0\r\nLocation: " + location, "");
  }

  public HostileServer data(String target, String body) {
    return on(target, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length(), body);
  }

  /** {@return the heads of all requests so far} */
  public List<String> requests() {
    return heads;
  }

  /** {@return the number of connections so far} */
  public int connections() {
    return connections.size();
  }

  /** Waits until a client broke off an answer. */
  public void awaitBrokenOff() throws InterruptedException {
    brokenOff.await();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        connections.add(connection);
        threads.execute(() -> serve(connection));
      }
    } catch (IOException e) {
      // The server was closed.
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
      for (String head = head(in); !head.isEmpty(); head = head(in)) {
        heads.add(head);
        Answer answer = answers.get(head.split(" ", 3)[1]);
        OutputStream out = connection.getOutputStream();
        if (answer == null) {
          out.write("HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        } else {
          answer.write(out);
        }
        out.flush();
      }
    } catch (IOException e) {
      brokenOff.countDown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String head(BufferedReader in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      head.append(line).append('\n');
    }
    return head.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket connection : connections) {
      connection.close();
    }
    threads.shutdownNow();
  }
}
