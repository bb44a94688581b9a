package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests a broker that accepts only connections with TLS encryption and SCRAM authentication, and
 * commands that connect to this broker with a properties file. No output may contain a password,
 * not even if a command fails or logs at level debug.
 */
@Order(3) // the longest classes start first
@Tag("broker")
@Timeout(300)
class SecureBrokerTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration FAILS_WITHIN = Duration.ofMinutes(2);
  private static final String DEBUG = "-Dmillrace.log.level=debug -Dmillrace.log.network=debug";
  private static final int IMAGES = 10;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;

  private static Path output;
  private static Path images;
  private static SecureBroker broker;

  @BeforeAll
  static void start() throws Exception {
    output = Files.createDirectory(folder.resolve("output"));
    images = Files.createDirectory(folder.resolve("images"));
    for (int i = 0; i < IMAGES; i++) {
      Files.write(images.resolve(i + ".png"), Images.noise("png", 32, 32, i));
    }
    Models.publishRandom(folder.resolve("models"), "random");
    broker = SecureBroker.start(folder, output, DEBUG);
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
  }

  @AfterEach
  void requireNoSecretInAnyOutput() throws Exception {
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.toList()) {
        assertThat(Files.readString(file).lines())
            .as("content of %s", file.getFileName())
            .noneMatch(line -> line.contains(SecureBroker.SECRET));
      }
    }
    assertThat(broker.isAlive()).isTrue();
  }

  @Test
  void images_getOnePredictionEach_exactlyOnce() throws Exception {
    requireOnePredictionEachWith("exactly_once_v2");
  }

  @Test
  @Tag("nightly")
  @Tag("acls")
  void images_getOnePredictionEach_atLeastOnce() throws Exception {
    requireOnePredictionEachWith("at_least_once");
  }

  private void requireOnePredictionEachWith(String guarantee) throws Exception {
    Path config = broker.clientConfig(Map.of());
    String input = "images." + guarantee;
    String predictions = "predictions." + guarantee;
    List<Object> command =
        serve(config, "--input", input, "--output", predictions, "--create-topics", 2);
    command = with(command, "--guarantee", guarantee, "--application-id", guarantee);
    command = with(command, "--http", 0, "--verbose");
    try (MillraceProcess serve = MillraceProcess.start(output, DEBUG, command.toArray())) {
      String http = serve.awaitLine("ready .* http (127.0.0.1:\\d+)", PATIENCE);
      requireDone(debug(List.of("send", "--config", config, "--json", "--topic", input, images)));
      List<Object> tail = with(tail(config), "--topic", predictions, "--from-beginning");
      MillraceProcess.Result tailed = debug(with(tail, "--count", IMAGES, "--idle", 30));
      requireDone(tailed);
      requireOnePredictionEach(tailed.output());
      requireDone(debug(doctor(config, "--topics", input + "," + predictions)));
      for (String path : List.of("/metrics", "/v2/models/random", "/v2/health/ready")) {
        assertThat(get("http://" + http + path)).doesNotContain(SecureBroker.SECRET);
      }
      serve.terminate();
      assertThat(serve.await(PATIENCE)).isEqualTo(143);
      assertThat(serve.errors()).contains(" DEBUG ");
    }
  }

  @Test
  void wrongPassword_isAnErrorOfOneLine() throws Exception {
    Path config =
        broker.clientConfig(
            Map.of("sasl.jaas.config", SecureBroker.jaas("wrong-" + SecureBroker.SECRET)));

    requireRefusals(
        config, commands(config), "invalid credentials", "check security.protocol and the sasl.*");
  }

  @Test
  void missingTruststore_isAnErrorOfOneLine() throws Exception {
    Path config =
        broker.clientConfig(
            Map.of("ssl.truststore.location", folder.resolve("missing.p12").toString()));

    requireRefusals(
        config,
        List.of(tail(config)),
        "missing.p12",
        "there is no such file",
        "correct the ssl.truststore.*");
  }

  @Test
  void wrongPasswordOfTheTruststore_isAnErrorOfOneLine() throws Exception {
    Path config =
        broker.clientConfig(Map.of("ssl.truststore.password", "wrong-" + SecureBroker.SECRET));

    requireRefusals(
        config,
        List.of(tail(config)),
        "truststore.p12",
        "password was incorrect",
        "ssl.truststore.*");
  }

  @Test
  void unknownCertificate_isAnErrorOfOneLine() throws Exception {
    Path config =
        broker.clientConfig(Map.of("ssl.truststore.location", "", "ssl.truststore.password", ""));

    requireRefusals(
        config, List.of(tail(config)), "PKIX path building failed", "ssl.truststore.* above all");
  }

  @Test
  void plaintextToTheTlsPort_isAnErrorOfOneLine() throws Exception {
    Path config = broker.clientConfig(Map.of("security.protocol", "PLAINTEXT"));

    requireRefusals(
        config,
        List.of(tail(config)),
        "no answer from a broker at 127.0.0.1",
        "another security.protocol");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Module required password=\"half\"" + SecureBroker.SECRET + "\";",
        "Module required password=" + SecureBroker.SECRET,
        SecureBroker.SECRET
      })
  void lineThatCannotBeRead_isRefused_withoutItsText(String jaas) throws Exception {
    Path config = broker.clientConfig(Map.of("sasl.jaas.config", jaas));
    Path ofBroker =
        broker.brokerConfig(
            Map.of("broker.listener.name.clients.scram-sha-512.sasl.jaas.config", jaas));

    assertThat(debug(List.of("tail", "--config", config)).errors())
        .contains("sasl.jaas.config cannot be read");
    assertThat(debug(broker(ofBroker)).errors()).contains("sasl.jaas.config cannot be read");
  }

  @Test
  void verbose_isHeeded_withAFileToo_andShowsNoValueOfIts() throws Exception {
    List<Object> tail = with(tail(broker.clientConfig(Map.of())), "--topic", "none", "--verbose");
    MillraceProcess.Result result = together("", List.of(tail)).get(0);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.errors())
        .contains(" INFO ", "sasl.jaas.config = [hidden]", "no topic 'none'");
  }

  @Test
  void brokerWithoutItsKeys_isAnErrorOfOneLine() throws Exception {
    for (Map<String, String> change :
        List.of(
            Map.of("broker.ssl.keystore.location", folder.resolve("missing.p12").toString()),
            Map.of("broker.ssl.keystore.password", "wrong-" + SecureBroker.SECRET))) {
      List<Object> command = broker(broker.brokerConfig(change));
      MillraceProcess.Result result = together("", List.of(command)).get(0);

      assertThat(result.exitCode()).as(result.errors()).isEqualTo(1);
      assertThat(result.output()).isEmpty();
      assertThat(result.errors().lines()).as(result.errors()).hasSize(1);
      assertThat(result.errors())
          .contains("Failed to load SSL keystore", "check the broker properties");
      assertThat(debug(command).exitCode()).isEqualTo(1);
    }
  }

  /** Returns commands that need the broker. */
  private static List<List<Object>> commands(Path config) {
    return List.of(
        serve(config, "--create-topics", 1, "--broker-timeout", 1),
        List.of("send", "--config", config, images),
        tail(config));
  }

  /**
   * Requires that each command fails within two minutes and prints one line that contains the texts
   * of {@code saying}. Then runs {@code tail} and {@code doctor} with {@code --verbose} at log
   * level debug, so that {@link #requireNoSecretInAnyOutput} also checks the output of these runs.
   */
  private static void requireRefusals(Path config, List<List<Object>> commands, String... saying)
      throws Exception {
    for (MillraceProcess.Result result : together("", commands)) {
      assertThat(result.exitCode()).as(result.errors()).isEqualTo(1);
      assertThat(result.output()).isEmpty();
      assertThat(result.errors().lines()).as(result.errors()).hasSize(1);
      assertThat(result.errors()).contains(saying);
    }
    List<List<Object>> verbose =
        List.of(with(tail(config), "--verbose"), with(doctor(config), "--verbose"));
    List<MillraceProcess.Result> results = together(DEBUG, verbose);
    assertThat(results).extracting(MillraceProcess.Result::exitCode).containsOnly(1);
    assertThat(results.get(0).errors()).contains(" DEBUG ", "\tat ");
    JsonNode finding = finding(results.get(1).output(), "broker");
    assertThat(finding.get("state").textValue()).isEqualTo("missing");
    assertThat(finding.get("detail").textValue()).contains(saying);
  }

  /** Runs commands in parallel, and waits up to two minutes until all have ended. */
  private static List<MillraceProcess.Result> together(
      String jvmOptions, List<List<Object>> commands) throws Exception {
    List<MillraceProcess> processes = new ArrayList<>();
    List<MillraceProcess.Result> results = new ArrayList<>();
    try {
      for (List<Object> command : commands) {
        processes.add(MillraceProcess.start(output, jvmOptions, command.toArray()));
      }
      for (MillraceProcess process : processes) {
        int exitCode = process.await(FAILS_WITHIN);
        results.add(new MillraceProcess.Result(exitCode, process.output(), process.errors()));
      }
      return results;
    } finally {
      for (MillraceProcess process : processes) {
        process.close();
      }
    }
  }

  private static MillraceProcess.Result debug(List<Object> command) throws Exception {
    return together(DEBUG, List.of(with(command, "--verbose"))).get(0);
  }

  private static List<Object> serve(Path config, Object... more) {
    return with(
        List.of(
            "serve",
            "--config",
            config,
            "--repository",
            folder.resolve("models"),
            "--model",
            "random"),
        more);
  }

  private static List<Object> tail(Path config) {
    return List.of("tail", "--config", config, "--json");
  }

  private static List<Object> doctor(Path config, Object... more) {
    return with(
        List.of("doctor", "--json", "--config", config, "--repository", folder.resolve("models")),
        more);
  }

  private static List<Object> broker(Path config) {
    return List.of("broker", "--config", config, "--dir", folder.resolve("second"), "--port", 0);
  }

  private static List<Object> with(List<Object> command, Object... more) {
    return Stream.concat(command.stream(), Stream.of(more)).toList();
  }

  private static void requireDone(MillraceProcess.Result result) {
    assertThat(result.exitCode()).as(result.errors()).isZero();
    assertThat(result.errors()).contains(" DEBUG ");
  }

  private static void requireOnePredictionEach(String lines) throws Exception {
    List<String> ids = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      ids.add(JSON.readTree(line).get("id").textValue());
    }
    assertThat(ids)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, IMAGES).mapToObj(i -> i + ".png").toList());
  }

  private static JsonNode finding(String findings, String check) throws Exception {
    for (JsonNode finding : JSON.readTree(findings)) {
      if (finding.get("check").textValue().equals(check)) {
        return finding;
      }
    }
    throw new AssertionError("no finding about the " + check + " in " + findings);
  }

  private static String get(String address) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(address)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(address).isEqualTo(200);
    return response.body();
  }
}
