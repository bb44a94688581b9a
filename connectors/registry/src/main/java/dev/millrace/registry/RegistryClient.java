package dev.millrace.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends requests to a schema registry through Confluent's HTTP interface, which Apicurio, Karapace
 * and Redpanda also offer. Caches the answers, because a registered schema never changes.
 * Thread-safe.
 */
final class RegistryClient {

  /** Longest time from a request to the end of its answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /**
   * Time during which a request is retried if it fails, or if the registry does not know the
   * schema. If the registry restarts within this time, the request succeeds. A node of the registry
   * knows a schema that was registered on another node a moment later.
   */
  private static final Duration PERSISTENCE = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofMillis(250);

  /**
   * The field in a registry's answer with status 404. It says what the registry does not know:
   * 40401 for the subject, 40402 for the version, 40403 for the schema.
   */
  private static final String ERROR_CODE = "error_code";

  private static final int NOT_FOUND = 404;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;

  /** Largest number of unknown schemas to remember. */
  private static final int MOST_UNKNOWN = 1_000;

  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RegistryConfig config;
  private final Duration persistence;
  private final RegistryHttp http;
  private final Map<String, RegisteredSchema> schemas = new ConcurrentHashMap<>();
  private final Map<String, Integer> ids = new ConcurrentHashMap<>();

  /** When the client first learned that the registry does not know a schema, by the path. */
  private final Map<String, Long> unknownSince = new ConcurrentHashMap<>();

  RegistryClient(RegistryConfig config) {
    this(config, PATIENCE, PERSISTENCE);
  }

  /**
   * @param patience longest time from a request to the end of its answer
   * @param persistence time during which a request is retried. Without retries, Kafka Streams would
   *     replace one stream thread after another while the registry is unreachable
   */
  RegistryClient(RegistryConfig config, Duration patience, Duration persistence) {
    this.config = config;
    this.persistence = persistence;
    this.http = new RegistryHttp(patience);
  }

  /** Extracts the result from a registry's answer. */
  @FunctionalInterface
  private interface Answer<T> {
    T read(JsonNode json) throws IOException;
  }

  /**
   * {@return the schema with the given id, or empty if the registry does not know the id}
   *
   * @throws RegistryException if the registry does not answer
   */
  Optional<RegisteredSchema> schema(int id) {
    return id < 0 ? Optional.empty() : schema("/schemas/ids/" + id);
  }

  /**
   * {@return the schema that a reference names, or empty if the registry does not know it} Finds
   * the schema even if it was deleted softly, because the schemas that use it are still valid.
   *
   * @throws RegistryException if the registry does not answer
   */
  Optional<RegisteredSchema> schema(RegisteredSchema.Reference reference) {
    return schema(
        "/subjects/"
            + escaped(reference.subject())
            + "/versions/"
            + reference.version()
            + "?deleted=true");
  }

  private Optional<RegisteredSchema> schema(String path) {
    RegisteredSchema known = schemas.get(path);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<RegisteredSchema> found =
        send("GET", path, HttpRequest.BodyPublishers.noBody(), RegisteredSchema::of);
    found.ifPresent(schema -> schemas.put(path, schema));
    return found;
  }

  /**
   * {@return the id of a schema in a subject} Registers the schema if {@link
   * RegistryConfig#register} is true.
   *
   * @throws RegistryException if the registry does not answer, or does not accept the schema
   */
  int id(String subject, String type, String schema) {
    String key = type + " " + subject;
    Integer known = ids.get(key);
    if (known == null) {
      known = ask(subject, type, schema);
      ids.put(key, known);
    }
    return known;
  }

  private int ask(String subject, String type, String schema) {
    ObjectNode body = JSON.createObjectNode().put("schema", schema);
    if (!type.equals("AVRO")) {
      body.put("schemaType", type);
    }
    String path = "/subjects/" + escaped(subject) + (config.register() ? "/versions" : "");
    return send(
            "POST", path, HttpRequest.BodyPublishers.ofString(body.toString()), RegistryClient::id)
        .orElseThrow(
            () ->
                RegistryException.refusal(
                    "the schema registry has no such schema in the subject "
                        + subject
                        + "; register it, or set "
                        + RegistryConfig.REGISTER));
  }

  private static int id(JsonNode answer) throws IOException {
    if (!answer.path("id").canConvertToInt()) {
      throw new IOException("an answer without a schema's id");
    }
    return answer.path("id").intValue();
  }

  /**
   * Sends a request. If the request fails, or if the registry does not know the schema, this method
   * retries for a short time.
   */
  private <T> Optional<T> send(
      String method, String path, HttpRequest.BodyPublisher body, Answer<T> answer) {
    long end = System.nanoTime() + persistence.toNanos();
    while (true) {
      RegistryException failure;
      try {
        Optional<T> found = sendOnce(method, path, body, answer);
        if (found.isPresent() || isUnknownForLong(path)) {
          return found;
        }
        failure = new RegistryException("interrupted while waiting for the schema registry");
      } catch (RegistryException e) {
        if (System.nanoTime() - end >= 0) {
          throw e;
        }
        failure = e;
      }
      pause(failure);
    }
  }

  /**
   * {@return whether the registry has not known a schema for the time of the retries} Later records
   * with the same schema do not wait again.
   */
  private boolean isUnknownForLong(String path) {
    long now = System.nanoTime();
    if (unknownSince.size() >= MOST_UNKNOWN) {
      unknownSince.clear();
    }
    return now - unknownSince.computeIfAbsent(path, first -> now) >= persistence.toNanos();
  }

  private static void pause(RegistryException failure) {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  /**
   * Tries the addresses in turn until one returns a result. Returns empty if at least one of them
   * answers like a schema registry with status 404, which means that it does not know the schema.
   */
  private <T> Optional<T> sendOnce(
      String method, String path, HttpRequest.BodyPublisher body, Answer<T> answer) {
    IOException failure = null;
    boolean unknown = false;
    for (URI url : config.urls()) {
      try {
        HttpResponse<String> response = http.send(request(url, method, path, body));
        if (!isForTheMoment(response.statusCode())) {
          Optional<JsonNode> json = json(url, path, response);
          if (json.isPresent()) {
            return Optional.of(answer.read(json.get()));
          }
          unknown = true;
        } else {
          failure = new IOException("status " + response.statusCode());
        }
      } catch (IOException e) {
        failure = e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RegistryException("interrupted while waiting for the schema registry", e);
      }
    }
    if (unknown) {
      return Optional.empty();
    }
    throw new RegistryException(
        "the schema registry does not answer ("
            + config.urls().stream().map(RegistryConfig::shown).toList()
            + ": "
            + failure.getMessage()
            + "); start it, or correct its address",
        failure);
  }

  /** {@return whether a status says that the same request may succeed later} */
  private static boolean isForTheMoment(int status) {
    return status >= 500 || status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS;
  }

  private HttpRequest request(URI url, String method, String path, HttpRequest.BodyPublisher body) {
    String base = RegistryConfig.shown(url).replaceAll("/+$", "");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Accept", MEDIA_TYPE + ", application/json")
            .header("Content-Type", MEDIA_TYPE)
            .method(method, body);
    if (config.authorization() != null) {
      request.header("Authorization", config.authorization());
    }
    return request.build();
  }

  private static Optional<JsonNode> json(URI url, String path, HttpResponse<String> response)
      throws IOException {
    if (response.statusCode() == NOT_FOUND) {
      // A proxy may also answer 404, and so may a server that has the registry under another path.
      // Only a registry's answer says what the registry does not know. Confluent's other servers,
      // and its registry under another path, have the error code 404.
      if (parse(response.body()).path(ERROR_CODE).asInt() / 100 != NOT_FOUND) {
        throw new IOException("status 404, and no schema registry answers there");
      }
      return Optional.empty();
    }
    if (response.statusCode() / 100 == 3) {
      // A proxy sends the client elsewhere, for example to a page for maintenance.
      throw new IOException(
          "status " + response.statusCode() + ", and no schema registry answers there");
    }
    if (response.statusCode() / 100 != 2) {
      throw RegistryException.refusal(
          "the schema registry at "
              + RegistryConfig.shown(url)
              + " refuses "
              + path
              + " with status "
              + response.statusCode()
              + ": "
              + response.body().lines().findFirst().orElse("no reason"));
    }
    return Optional.of(parse(response.body()));
  }

  private static JsonNode parse(String body) throws IOException {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IOException("an answer that is not JSON", e);
    }
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
