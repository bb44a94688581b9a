package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the options of the log. Each test starts a separate process, because a JVM configures its
 * log only once.
 */
@Timeout(120)
class LogFormatTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private MillraceProcess.Result serve(Object... options) throws Exception {
    Models.publishRandom(folder, "random");
    Object[] command = new Object[options.length + 9];
    List<Object> fixed =
        List.of(
            "serve",
            "--bootstrap-servers",
            "127.0.0.1:" + freePort(),
            "--repository",
            folder,
            "--model",
            "random",
            "--broker-timeout",
            "0.5");
    for (int i = 0; i < command.length; i++) {
      command[i] = i < fixed.size() ? fixed.get(i) : options[i - fixed.size()];
    }
    return MillraceProcess.run(folder, command);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static List<JsonNode> events(String errors) {
    return errors.lines().map(LogFormatTest::parse).toList();
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException("no JSON: " + line, e);
    }
  }

  @Test
  void json_hasOneEventALine_andTheFailureIsTheLast() throws Exception {
    MillraceProcess.Result result =
        serve("--log-format", "json", "--log-level", "org.apache.kafka.clients.admin=info");

    assertThat(result.exitCode()).isEqualTo(1);
    List<JsonNode> events = events(result.errors());
    assertThat(events)
        .allSatisfy(
            event -> {
              assertThat(event.path("@timestamp").textValue()).endsWith("Z");
              assertThat(event.path("ecs.version").isTextual()).isTrue();
              assertThat(event.path("service.name").textValue()).isEqualTo("millrace");
            });
    assertThat(events)
        .anySatisfy(
            event -> {
              assertThat(event.path("log.level").textValue()).isEqualTo("INFO");
              assertThat(event.path("log.logger").textValue())
                  .startsWith("org.apache.kafka.clients.admin");
            });
    JsonNode last = events.get(events.size() - 1);
    assertThat(last.path("log.level").textValue()).isEqualTo("ERROR");
    assertThat(last.path("log.logger").textValue()).isEqualTo("millrace serve");
    assertThat(last.path("message").textValue()).contains("no answer from a broker");
  }

  @Test
  void json_isHeeded_byWrongUsageToo() throws Exception {
    MillraceProcess.Result result = MillraceProcess.run(folder, "--log-format", "json", "serve");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(events(result.errors()))
        .singleElement()
        .satisfies(event -> assertThat(event.path("message").textValue()).contains("--model"));
  }

  @Test
  void text_isTheDefault_andLevelsAreHeeded() throws Exception {
    MillraceProcess.Result result =
        serve("--log-level", "error,org.apache.kafka.clients.admin=info");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.errors())
        .containsPattern("(?m)^\\d\\d:\\d\\d:\\d\\d INFO KafkaAdminClient: ")
        .doesNotContain(" WARN ")
        .containsPattern("(?m)^millrace serve: no answer from a broker");
  }
}
