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
 * A web server on the loopback address, with which tests send faulty answers. A test gives every
 * byte of an answer, including the head. A connection stays open until the client closes it,
 * writing an answer fails, or the server is closed.
 */
public final class HostileServer implements AutoCloseable {

  /** Writes a complete answer, including the status line and the headers. */
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

  /** Starts a server on a free port. */
  public HostileServer() throws IOException {
    this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  /**
   * Starts a server.
   *
   * @param socket accepts the connections, for example with TLS; the server closes it
   */
  public HostileServer(ServerSocket socket) {
    this.socket = socket;
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

  /** {@return the request lines and headers of all requests so far} */
  public List<String> requests() {
    return heads;
  }

  /** {@return the number of connections so far} */
  public int connections() {
    return connections.size();
  }

  /** Waits until a client has closed its connection in the middle of an answer. */
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
