package dev.millrace.service.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.lifecycle.ExitCode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code doctor} on a machine without a broker or models. */
class DoctorCommandTest {

  @TempDir Path folder;

  @Test
  void missingThings_areListedByName() {
    CapturedRun run = doctor();

    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).isEmpty();
    assertThat(run.outLines())
        .anyMatch(line -> line.matches("ok +java +.*"))
        .anyMatch(line -> line.matches("ok +image decoder +.*"))
        .anyMatch(line -> line.matches("ok +onnx runtime +.*"))
        .anyMatch(line -> line.matches("missing +broker +no answer from a broker at .*"))
        .anyMatch(line -> line.matches("missing +model +.*'millrace models import'.*"))
        .anyMatch(line -> line.matches("ok +device cpu +.*"))
        .anyMatch(line -> line.matches("(ok|absent) +libcudnn +.*"));
  }

  @Test
  void json_isAnArrayOfFindings() {
    CapturedRun run = doctor("--json");

    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    Map<String, String> states = new HashMap<>();
    for (JsonNode finding : run.json()) {
      states.put(finding.get("check").asText(), finding.get("state").asText());
      assertThat(finding.get("detail").asText()).isNotBlank();
    }
    assertThat(states)
        .containsEntry("java", "ok")
        .containsEntry("broker", "missing")
        .containsEntry("model", "missing");
    assertThat(Set.copyOf(states.values())).isSubsetOf("ok", "absent", "missing");
  }

  @Test
  void json_keepsTheOrderOfItsFields() {
    String entry = "\\{\"check\":\"[^\"]+\",\"state\":\"[a-z]+\",\"detail\":\"[^\"]+\"}";

    assertThat(doctor("--json").out())
        .matches("\\[" + entry + "(," + entry + ")+]\\R")
        .contains(
            "{\"check\":\"broker\",\"state\":\"missing\",\"detail\":\"no answer from a broker"
                + " at 127.0.0.1:1 within 0.");
  }

  @Test
  void finding_failsOnlyWhenNeededAndMissing() {
    assertThat(Finding.ok("a", "b").isFailure()).isFalse();
    assertThat(Finding.absent("a", "b").isFailure()).isFalse();
    assertThat(Finding.warning("a", "b").isFailure()).isFalse();
    assertThat(Finding.missing("a", "b").isFailure()).isTrue();
    assertThat(Finding.missing("a", "b").state().label()).isEqualTo("missing");
  }

  private CapturedRun doctor(String... more) {
    String[] args = {
      "doctor",
      "--bootstrap-servers",
      "127.0.0.1:1",
      "-X",
      "request.timeout.ms=200",
      "-X",
      "default.api.timeout.ms=300",
      "--repository",
      folder.resolve("models").toString()
    };
    return CapturedRun.of(Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new));
  }
}
