package dev.millrace.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks a schema registry, over the HTTP interface that Confluent has defined and that Apicurio,
 * Karapace and Redpanda offer, too. Keeps the answers, because a registered schema never changes.
 * Thread-safe.
 */
final class RegistryClient {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RegistryConfig config;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final Map<String, RegisteredSchema> schemas = new ConcurrentHashMap<>();
  private final Map<String, Integer> ids = new ConcurrentHashMap<>();

  RegistryClient(RegistryConfig config) {
    this.config = config;
  }

  /**
   * {@return the schema of an id, or empty if the registry does not know it}
   *
   * @throws RegistryException if the registry does not answer
   */
  Optional<RegisteredSchema> schema(int id) {
    return schema("/schemas/ids/" + id);
  }

  /**
   * {@return a schema that another one uses}
   *
   * @throws RegistryException if the registry does not answer, or does not know the schema
   */
  RegisteredSchema schema(RegisteredSchema.Reference reference) {
    return schema("/subjects/" + escaped(reference.subject()) + "/versions/" + reference.version())
        .orElseThrow(
            () ->
                new RegistryException(
                    "the schema registry has no version "
                        + reference.version()
                        + " of the subject "
                        + reference.subject()
                        + ", which another schema uses"));
  }

  private Optional<RegisteredSchema> schema(String path) {
    RegisteredSchema known = schemas.get(path);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<RegisteredSchema> found =
        send("GET", path, HttpRequest.BodyPublishers.noBody()).map(RegisteredSchema::of);
    found.ifPresent(schema -> schemas.put(path, schema));
    return found;
  }

  /**
   * {@return the id of a schema in a subject} Registers the schema if the configuration says so.
   *
   * @throws RegistryException if the registry does not answer, or does not accept the schema
   */
  int id(String subject, String type, String schema) {
    Integer known = ids.get(subject);
    if (known == null) {
      known = ask(subject, type, schema);
      ids.put(subject, known);
    }
    return known;
  }

  private int ask(String subject, String type, String schema) {
    ObjectNode body = JSON.createObjectNode().put("schema", schema);
    if (!type.equals("AVRO")) {
      body.put("schemaType", type);
    }
    String path = "/subjects/" + escaped(subject) + (config.register() ? "/versions" : "");
    return send("POST", path, HttpRequest.BodyPublishers.ofString(body.toString()))
        .map(answer -> answer.path("id").asInt())
        .orElseThrow(
            () ->
                new RegistryException(
                    "the schema registry has no such schema in the subject "
                        + subject
                        + "; register it, or set "
                        + RegistryConfig.REGISTER));
  }

  /** Sends a request to the first address that answers. Returns nothing for status 404. */
  private Optional<JsonNode> send(String method, String path, HttpRequest.BodyPublisher body) {
    IOException failure = null;
    for (URI url : config.urls()) {
      try {
        HttpResponse<String> response =
            http.send(request(url, method, path, body), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() < 500) {
          return answer(url, path, response);
        }
        failure = new IOException("status " + response.statusCode());
      } catch (IOException e) {
        failure = e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RegistryException("interrupted while waiting for the schema registry", e);
      }
    }
    throw new RegistryException(
        "the schema registry does not answer ("
            + config.urls().stream().map(RegistryConfig::shown).toList()
            + ": "
            + failure
            + "); start it, or correct its address",
        failure);
  }

  private HttpRequest request(URI url, String method, String path, HttpRequest.BodyPublisher body) {
    String base = RegistryConfig.shown(url).replaceAll("/+$", "");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(PATIENCE)
            .header("Accept", MEDIA_TYPE + ", application/json")
            .header("Content-Type", MEDIA_TYPE)
            .method(method, body);
    if (config.authorization() != null) {
      request.header("Authorization", config.authorization());
    }
    return request.build();
  }

  private static Optional<JsonNode> answer(URI url, String path, HttpResponse<String> response)
      throws IOException {
    if (response.statusCode() == 404) {
      return Optional.empty();
    }
    if (response.statusCode() / 100 != 2) {
      throw new RegistryException(
          "the schema registry at "
              + RegistryConfig.shown(url)
              + " refuses "
              + path
              + " with status "
              + response.statusCode()
              + ": "
              + response.body().lines().findFirst().orElse("no reason"));
    }
    return Optional.of(JSON.readTree(response.body()));
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
