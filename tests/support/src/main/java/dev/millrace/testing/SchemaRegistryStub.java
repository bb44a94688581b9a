package dev.millrace.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A schema registry in memory, which answers the requests that Confluent's serializers send. It
 * stores each schema as the JSON text of the request that registered the schema. Thread-safe.
 */
public final class SchemaRegistryStub implements AutoCloseable {

  private final List<String> requests = new ArrayList<>();
  private final List<String> schemas = new ArrayList<>();
  private final Map<String, List<Integer>> subjects = new LinkedHashMap<>();
  private final Set<String> deleted = new HashSet<>();
  private final HttpServer server;
  private int status;
  private String garbage;
  private String authorization;

  /** Starts a registry without schemas, on a free port. */
  public SchemaRegistryStub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Returns the registry's address. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Returns the methods, paths and queries of the requests so far, oldest first. */
  public synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  /** Returns the ids of the schemas, by subject. */
  public synchronized Map<String, List<Integer>> subjects() {
    return Map.copyOf(subjects);
  }

  /** Returns the last request's header {@code Authorization}, or null. */
  public synchronized String authorization() {
    return authorization;
  }

  /**
   * From now on, answers every request with this status and this text, as a server that is not a
   * schema registry would.
   */
  public synchronized void answerAll(int status, String text) {
    this.status = status;
    this.garbage = text;
  }

  /** From now on, answers every request with this status. */
  public synchronized void refuse(int status) {
    this.status = status;
  }

  /**
   * Registers a schema, as another program does.
   *
   * @param references names of subjects whose first versions the schema uses
   * @return the schema's id
   */
  public synchronized int register(
      String subject, String type, String schema, String... references) {
    String uses =
        Arrays.stream(references)
            .map(name -> "{\"name\":%1$s,\"subject\":%1$s,\"version\":1}".formatted(quoted(name)))
            .collect(Collectors.joining(","));
    return id(
        subject,
        "{\"schema\":"
            + quoted(schema)
            + (type.equals("AVRO") ? "" : ",\"schemaType\":" + quoted(type))
            + (uses.isEmpty() ? "" : ",\"references\":[" + uses + "]")
            + "}");
  }

  /** Deletes a subject softly. Only requests with {@code deleted=true} find its versions. */
  public synchronized void delete(String subject) {
    deleted.add(subject);
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }

  private int id(String subject, String body) {
    if (!schemas.contains(body)) {
      schemas.add(body);
    }
    int id = schemas.indexOf(body) + 1;
    List<Integer> versions = subjects.computeIfAbsent(subject, any -> new ArrayList<>());
    if (!versions.contains(id)) {
      versions.add(id);
    }
    return id;
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    String query = exchange.getRequestURI().getRawQuery();
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
    authorization = exchange.getRequestHeaders().getFirst("Authorization");
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    boolean withDeleted = "deleted=true".equals(query);
    String answer = status == 0 ? answer(path.substring(1).split("/"), withDeleted, body) : null;
    int code = answer == null ? 404 : 200;
    if (status != 0 && garbage != null) {
      answer = garbage;
    }
    byte[] bytes =
        (answer == null ? "{\"error_code\":40403,\"message\":\"no\"}" : answer)
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status == 0 ? code : status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Returns the answer to a request, or null if the requested schema does not exist. */
  private String answer(String[] path, boolean withDeleted, String body) {
    if (path[0].equals("schemas")) {
      return schema(Integer.parseInt(path[2]));
    }
    String subject = URLDecoder.decode(path[1], StandardCharsets.UTF_8);
    List<Integer> versions = subjects.getOrDefault(subject, List.of());
    if (path.length == 4) {
      int version = Integer.parseInt(path[3]);
      boolean hidden = deleted.contains(subject) && !withDeleted;
      return hidden || version > versions.size() ? null : schema(versions.get(version - 1));
    }
    boolean lookUp = path.length == 2;
    boolean known = versions.contains(schemas.indexOf(body) + 1);
    return lookUp && !known ? null : "{\"id\":" + id(subject, body) + "}";
  }

  private String schema(int id) {
    return id < 1 || id > schemas.size() ? null : schemas.get(id - 1);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
