package dev.millrace.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.health.Problem;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the answers before any version serves. {@code HttpTest} tests the answers of a service with
 * a serving version.
 */
class InferenceProtocolTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Starting model = new Starting();
  private final InferenceProtocol protocol = new InferenceProtocol(model, "1.2.3", false);

  /** A service that has not started yet. */
  private static final class Starting implements ServedModel {

    private boolean live = true;
    private List<Problem> problems = List.of();

    @Override
    public String name() {
      return "photos";
    }

    @Override
    public Optional<ModelVersion> serving() {
      return Optional.empty();
    }

    @Override
    public List<Problem> problems() {
      return problems;
    }

    @Override
    public boolean isLive() {
      return live;
    }
  }

  private Optional<HttpAnswer> get(String path) {
    return protocol.get(path.isEmpty() ? List.of() : Arrays.asList(path.split("/")));
  }

  private static JsonNode body(HttpAnswer answer) throws IOException {
    assertThat(answer.type()).isEqualTo("application/json");
    return JSON.readTree(answer.body());
  }

  private static String text(HttpAnswer answer) {
    return new String(answer.body(), UTF_8);
  }

  @Test
  void server_hasNameVersionAndExtensions() {
    HttpAnswer answer = get("").orElseThrow();

    assertThat(answer.status()).isEqualTo(200);
    assertThat(text(answer))
        .isEqualTo("{\"name\":\"millrace\",\"version\":\"1.2.3\",\"extensions\":[]}");
  }

  @Test
  void live_isWhatTheServiceSays() {
    assertThat(text(get("health/live").orElseThrow())).isEqualTo("{\"live\":true}");
    model.live = false;
    HttpAnswer answer = get("health/live").orElseThrow();
    assertThat(answer.status()).isEqualTo(503);
    assertThat(text(answer)).isEqualTo("{\"live\":false}");
  }

  @Test
  void ready_listsTheProblems() throws IOException {
    assertThat(text(get("health/ready").orElseThrow())).isEqualTo("{\"ready\":true}");
    model.problems = List.of(Problem.of(Problem.Kind.BROKER_AWAY, 12, "no broker answers"));
    HttpAnswer answer = get("health/ready").orElseThrow();
    assertThat(answer.status()).isEqualTo(503);
    assertThat(body(answer).get("ready").booleanValue()).isFalse();
    assertThat(body(answer).at("/problems/0/reason").textValue()).isEqualTo("no broker answers");
  }

  /**
   * The stream may be ready while the model is not ready, and the model may be ready while the
   * stream is not ready.
   */
  @ParameterizedTest
  @ValueSource(strings = {"models/photos/ready", "models/photos/versions/1/ready"})
  void readinessOfTheModel_isNotThatOfTheStream(String path) {
    HttpAnswer answer = get(path).orElseThrow();
    assertThat(answer.status()).isEqualTo(503);
    assertThat(text(answer)).isEqualTo("{\"name\":\"photos\",\"ready\":false}");
  }

  @ParameterizedTest
  @CsvSource({
    "models/photos,            503, no version of model 'photos' serves yet",
    "models/photos/versions/1, 503, no version of model 'photos' serves yet",
    "models/cats,              404, model 'cats' is not served here; 'photos' is",
    "models/cats/ready,        404, model 'cats' is not served here; 'photos' is",
    "models/ready,             404, model 'ready' is not served here; 'photos' is"
  })
  void whatIsNotThere_isAnError(String path, int status, String error) throws IOException {
    HttpAnswer answer = get(path).orElseThrow();
    assertThat(answer.status()).isEqualTo(status);
    assertThat(body(answer)).hasToString("{\"error\":\"" + error + "\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "health",
        "health/started",
        "health/live/x",
        "models",
        "models/photos/versions",
        "models/photos/versions/1/2",
        "models/photos/infer",
        "models/photos/ready/ready",
        "x"
      })
  void otherPaths_areNotOfTheProtocol(String path) {
    assertThat(get(path)).isEmpty();
  }
}
