package dev.millrace.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * A test server that imitates Hugging Face's hub. It has the part of the hub's HTTP API that lists
 * the files of a revision and serves them. Requests for large files are redirected to a second
 * server, as on the real hub. Thread-safe.
 */
public final class FakeHub implements AutoCloseable {

  /** The commit of every revision, unless a test sets another commit with {@link #move}. */
  public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private final HttpServer hub = start();
  private final HttpServer store = start();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Map<String, byte[]> sent = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile String commit = COMMIT;
  private volatile int status = 200;
  private volatile String error = "";
  private volatile String redirect;

  /**
   * Starts both servers on free ports of the loopback address.
   *
   * @throws IOException if a server cannot start
   */
  public FakeHub() throws IOException {
    hub.setExecutor(threads);
    store.setExecutor(threads);
    hub.createContext("/api/models/", exchange -> answer(exchange, this::revision));
    hub.createContext("/", exchange -> answer(exchange, this::resolve));
    store.createContext("/", exchange -> answer(exchange, this::stored));
    redirect = address(store);
    hub.start();
    store.start();
  }

  private static HttpServer start() throws IOException {
    return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  private static String address(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** {@return the hub's address} */
  public String endpoint() {
    return address(hub);
  }

  /**
   * Adds a file to the model {@code org/net}, or replaces it.
   *
   * @param path the file's path
   * @param content its content
   * @return this hub
   */
  public FakeHub file(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  /**
   * Makes the hub send content for a file that does not match the size and checksum that it lists.
   *
   * @param path the file's path
   * @param content the content that is sent
   */
  public void damage(String path, byte[] content) {
    sent.put(path, content);
  }

  /**
   * Lets every revision name another commit.
   *
   * @param other the new commit
   */
  public void move(String other) {
    commit = other;
  }

  /**
   * Answers every further request of the API with an error.
   *
   * @param failure the status
   * @param code the error code that the hub sends in addition to the status
   */
  public void fail(int failure, String code) {
    status = failure;
    error = code;
  }

  /**
   * Redirects requests for large files to another server.
   *
   * @param other the beginning of the addresses to which requests are redirected
   */
  public void redirect(String other) {
    redirect = other;
  }

  /** {@return the requests so far: server, path and query, and the value of Authorization} */
  public List<String> requests() {
    return requests;
  }

  private interface Page {
    void write(HttpExchange exchange) throws IOException;
  }

  private void answer(HttpExchange exchange, Page page) throws IOException {
    try (exchange) {
      URI uri = exchange.getRequestURI();
      String server = exchange.getHttpContext().getServer() == store ? "store" : "hub";
      requests.add(
          server + " " + uri + " " + exchange.getRequestHeaders().getFirst("Authorization"));
      page.write(exchange);
    }
  }

  private void revision(HttpExchange exchange) throws IOException {
    if (status != 200) {
      exchange.getResponseHeaders().set("X-Error-Code", error);
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    if (!exchange.getRequestURI().getPath().startsWith("/api/models/org/net/revision/")) {
      exchange.sendResponseHeaders(401, -1);
      return;
    }
    String siblings =
        new TreeMap<>(files)
            .entrySet().stream()
                .map(file -> sibling(file.getKey(), file.getValue()))
                .collect(Collectors.joining(","));
    send(
        exchange,
        ("{\"sha\":\"" + commit + "\",\"gated\":false,\"siblings\":[" + siblings + "]}")
            .getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isLarge(String path) {
    return !path.endsWith(".json");
  }

  private static String sibling(String path, byte[] content) {
    String lfs =
        isLarge(path)
            ? ",\"lfs\":{\"sha256\":\"" + sha256(content) + "\",\"size\":" + content.length + "}"
            : "";
    return "{\"rfilename\":\"" + path + "\",\"size\":" + content.length + lfs + "}";
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void resolve(HttpExchange exchange) throws IOException {
    String start = "/org/net/resolve/" + commit + "/";
    String path = exchange.getRequestURI().getPath();
    String file = path.startsWith(start) ? path.substring(start.length()) : "";
    if (!files.containsKey(file)) {
      exchange.sendResponseHeaders(404, -1);
    } else if (isLarge(file)) {
      exchange.getResponseHeaders().set("Location", redirect + "/" + file + "?signature=1");
      exchange.sendResponseHeaders(302, -1);
    } else {
      send(exchange, content(file));
    }
  }

  private void stored(HttpExchange exchange) throws IOException {
    send(exchange, content(exchange.getRequestURI().getPath().substring(1)));
  }

  private byte[] content(String file) {
    return sent.getOrDefault(file, files.get(file));
  }

  private static void send(HttpExchange exchange, byte[] content) throws IOException {
    exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
    exchange.getResponseBody().write(content);
  }

  @Override
  public void close() {
    hub.stop(0);
    store.stop(0);
    threads.shutdownNow();
  }
}
