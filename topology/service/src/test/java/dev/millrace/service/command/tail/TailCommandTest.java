package dev.millrace.service.command.tail;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.lifecycle.ExitCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("broker")
class TailCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  @Test
  void count_endsIt() throws Exception {
    BROKER.createTopic("count", Map.of());
    for (int i = 0; i < 4; i++) {
      BROKER.send("count", "k" + i, prediction("k" + i));
    }

    CapturedRun json = tail("--topic", "count", "--count", "3", "--json");
    assertThat(json.succeeded().outLines()).hasSize(3);
    for (String line : json.outLines()) {
      JsonNode prediction = JSON.readTree(line);
      assertThat(prediction.get("id").asText()).startsWith("k");
      assertThat(prediction.get("label").asText()).isEqualTo("cat");
    }
    assertThat(json.err()).isEmpty();

    CapturedRun lines = tail("--topic", "count", "--count", "4");
    assertThat(lines.succeeded().outLines())
        .hasSize(4)
        .allMatch(line -> line.matches("\\S+  k\\d +cat +93\\.0 %  resnet20/3  count-\\d@\\d"));
  }

  @Test
  void idle_withFewerThanCount() throws Exception {
    BROKER.createTopic("idle", Map.of());
    BROKER.send("idle", "k", prediction("k"));

    CapturedRun run = tail("--topic", "idle", "--count", "2", "--idle", "1", "--json");

    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.outLines()).hasSize(1);
    assertThat(run.errLines())
        .containsExactly("millrace tail: 1 of 2 records arrived, and then none for 1.0 s");
  }

  @Test
  void idle_withoutCountIsAnEnd() throws Exception {
    BROKER.createTopic("end", Map.of());

    CapturedRun run = tail("--topic", "end", "--idle", "0.5");

    assertThat(run.succeeded().out()).isEmpty();
    assertThat(run.err()).isEmpty();
  }

  @Test
  void valueThatIsNoPrediction_isNotedAndNotCounted() throws Exception {
    BROKER.createTopic("mixed", Map.of());
    BROKER.send("mixed", "k", "no JSON");
    BROKER.send("mixed", "k", "{}");
    BROKER.send("mixed", "k", null);
    BROKER.send("mixed", "k", prediction("good"));

    CapturedRun run = tail("--topic", "mixed", "--count", "1", "--json");

    assertThat(run.succeeded().outLines()).hasSize(1);
    assertThat(run.json().get("id").asText()).isEqualTo("good");
    assertThat(run.errLines())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .matches(
                        "millrace tail: mixed-\\d@0 is neither a prediction nor a dead letter"),
            line ->
                assertThat(line)
                    .matches(
                        "millrace tail: mixed-\\d@1 is neither a prediction nor a dead letter"),
            line -> assertThat(line).matches("millrace tail: mixed-\\d@2 has no value"));
  }

  @Test
  void jsonOfSeveralLines_isShownAsOne() throws Exception {
    BROKER.createTopic("pretty", Map.of());
    BROKER.send("pretty", "k", prediction("k").replace(",", ",\r\n  "));

    CapturedRun run = tail("--topic", "pretty", "--count", "1", "--json");

    assertThat(run.succeeded().outLines()).hasSize(1);
    assertThat(run.json().get("id").asText()).isEqualTo("k");
  }

  @Test
  void topic_missing() {
    assertThat(tail("--topic", "nowhere").failureLine())
        .contains("there is no topic 'nowhere' at " + BROKER.bootstrapServers());
  }

  private static String prediction(String id) throws IOException {
    Map<String, Object> prediction =
        Map.of(
            "id",
            id,
            "model",
            Map.of("name", "resnet20", "version", 3, "sha256", "ab".repeat(32)),
            "label",
            "cat",
            "probability",
            0.93,
            "top",
            List.of(Map.of("index", 3, "label", "cat", "probability", 0.93)),
            "source",
            Map.of("topic", "images", "partition", 0, "offset", 42));
    return JSON.writeValueAsString(prediction);
  }

  private static CapturedRun tail(String... options) {
    List<String> args = new ArrayList<>(List.of("tail", "--from-beginning"));
    args.addAll(List.of("--bootstrap-servers", BROKER.bootstrapServers()));
    return CapturedRun.of(Stream.concat(args.stream(), Stream.of(options)).toArray(String[]::new));
  }
}
