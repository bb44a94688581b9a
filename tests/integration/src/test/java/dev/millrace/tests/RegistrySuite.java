package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.events.WireFormat;
import dev.millrace.registry.RegistryException;
import dev.millrace.registry.SchemaRegistry;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.OutputFormat;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests the service with a real schema registry, Apicurio, through its interface that is compatible
 * with Confluent's registry. Runs only with the profiles {@code nightly} and {@code registry},
 * because {@code registry} downloads the registry (109 MB): {@code ./mvnw -Pnightly,registry
 * -Dnightly=registry verify}.
 */
@Tag("nightly")
@Tag("registry")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class RegistrySuite {

  private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*(\\d+)");

  @TempDir static Path logs;
  @TempDir Path folder;

  private static final Path APICURIO = Path.of("target", "apicurio").toAbsolutePath();

  private static Process server;
  private static String url;

  @BeforeAll
  static void start() throws IOException {
    assumeThat(APICURIO).as("what the profile \"registry\" downloads").exists();
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    url = "http://127.0.0.1:" + port + "/apis/ccompat/v7";
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port,
                "-jar",
                jar().toString())
            .directory(logs.toFile())
            .redirectErrorStream(true)
            .redirectOutput(logs.resolve("apicurio.log").toFile())
            .start();
    await()
        .atMost(Duration.ofMinutes(3))
        .ignoreExceptions()
        .until(() -> send(HttpRequest.newBuilder(URI.create(url + "/subjects"))) != null);
  }

  private static Path jar() throws IOException {
    try (Stream<Path> files = Files.list(APICURIO)) {
      return files
          .filter(file -> file.toString().endsWith("-runner.jar"))
          .findFirst()
          .orElseThrow();
    }
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (server != null) {
      server.destroy();
      server.waitFor();
    }
  }

  private static String send(HttpRequest.Builder request) throws IOException {
    try {
      HttpResponse<String> response =
          HttpClient.newHttpClient()
              .send(
                  request.header("Content-Type", "application/json").build(),
                  HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException(response.statusCode() + ": " + response.body());
      }
      return response.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Registers a schema. Returns its id. */
  private static int register(String subject, String type, String schema) throws IOException {
    String body =
        "{\"schemaType\":\"%s\",\"schema\":\"%s\"}".formatted(type, schema.replace("\"", "\\\""));
    Matcher id =
        ID.matcher(
            send(
                HttpRequest.newBuilder(URI.create(url + "/subjects/" + subject + "/versions"))
                    .POST(HttpRequest.BodyPublishers.ofString(body))));
    id.find();
    return Integer.parseInt(id.group(1));
  }

  @ParameterizedTest
  @EnumSource
  void imagesByTheirSchemas_getPredictionsInEveryFormat(OutputFormat format, EmbeddedBroker broker)
      throws Exception {
    new RegistryScenario(
            url,
            register("avro-value", "AVRO", RegistryScenario.AVRO),
            register("protobuf-value", "PROTOBUF", RegistryScenario.PROTOBUF),
            register("json-value", "JSON", RegistryScenario.JSON))
        .run(broker, Models.publishRandom(folder, "random"), format);
  }

  @Test
  void labelsByTheirSchemas_areRead() throws IOException {
    String fields = "\"fields\":[{\"name\":\"label\",\"type\":\"string\"}]";
    int avro =
        register("labels-value", "AVRO", "{\"type\":\"record\",\"name\":\"L\"," + fields + "}");
    int protobuf =
        register("protos-value", "PROTOBUF", "syntax = 'proto3'; message L { string label = 1; }");
    int json = register("texts-value", "JSON", RegistryScenario.JSON);
    Deserializer<String> labels = SchemaRegistry.of(Map.of("schema.registry.url", url)).labels();

    assertThat(labels.deserialize("labels", framed(avro, "\006cat"))).isEqualTo("cat");
    assertThat(labels.deserialize("labels", framed(protobuf, "\000\012\003cat"))).isEqualTo("cat");
    assertThat(labels.deserialize("labels", framed(json, "{\"label\":\"cat\"}"))).isEqualTo("cat");
    assertThatThrownBy(() -> labels.deserialize("labels", framed(1_000_000, "cat")))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("does not know");
  }

  private static byte[] framed(int schemaId, String event) {
    byte[] bytes = event.getBytes(StandardCharsets.US_ASCII);
    return WireFormat.frame(schemaId, bytes.length).put(bytes).array();
  }

  /**
   * A wrong path in the registry's address gets an answer with status 404, like an unknown schema.
   */
  @Test
  void addressWithoutTheRegistrysPath_isAFailure_andNotAnUnknownSchema() {
    String wrong = url.replace("/apis/ccompat/v7", "");
    Deserializer<String> labels = SchemaRegistry.of(Map.of("schema.registry.url", wrong)).labels();

    assertThatThrownBy(() -> labels.deserialize("labels", framed(1, "cat")))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("correct its address");
  }
}
