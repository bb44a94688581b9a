package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What keeps {@code serve} from starting: one line that says what to do, and no stack trace. */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class RefusalTest {

  @TempDir Path folder;

  private ModelVersion model;

  @BeforeEach
  void publish() {
    model = Models.publishRandom(folder.resolve("models"), "random");
  }

  @Test
  void serve_missingModel_namesThoseThereAre(EmbeddedBroker broker) throws Exception {
    assertThat(refusal(1, serve(broker, "other", "--create-topics", 1)))
        .contains("other")
        .contains("random");
  }

  @Test
  void serve_corruptModel_namesTheFile(EmbeddedBroker broker) throws Exception {
    Files.write(model.folder().resolve("model.onnx"), new byte[] {1}, StandardOpenOption.APPEND);

    assertThat(refusal(1, serve(broker, "random", "--create-topics", 1)))
        .contains("random version 1")
        .contains("import");
  }

  @Test
  void serve_missingTopic_saysWhatMakesIt(EmbeddedBroker broker) throws Exception {
    assertThat(refusal(1, serve(broker, "random", "--input", "nowhere")))
        .contains("nowhere")
        .contains("--create-topics");
  }

  @Test
  void serve_unreachableBroker_saysHowToStartOne() throws Exception {
    assertThat(
            refusal(
                1,
                List.of(
                    "serve",
                    "--bootstrap-servers",
                    "127.0.0.1:1",
                    "--repository",
                    folder.resolve("models"),
                    "--model",
                    "random")))
        .contains("127.0.0.1:1")
        .contains("millrace broker");
  }

  @Test
  void serve_wrongOption_isAnErrorOfUsage(EmbeddedBroker broker) throws Exception {
    assertThat(refusal(2, serve(broker, "random", "--guarantee", "perhaps"))).contains("perhaps");
  }

  @Test
  void serve_verbose_showsTheStackTrace(EmbeddedBroker broker) throws Exception {
    MillraceProcess.Result result =
        MillraceProcess.run(folder, serve(broker, "other", "--verbose").toArray());

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.errors()).contains("\tat dev.millrace.");
  }

  private List<Object> serve(EmbeddedBroker broker, String name, Object... more) {
    List<Object> command =
        new ArrayList<>(
            List.of(
                "serve",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--repository",
                folder.resolve("models"),
                "--model",
                name));
    command.addAll(List.of(more));
    return command;
  }

  /** The only line that a command prints, which must end with the exit code. */
  private String refusal(int exitCode, List<Object> command) throws Exception {
    MillraceProcess.Result result = MillraceProcess.run(folder, command.toArray());

    assertThat(result.exitCode()).as(result.errors()).isEqualTo(exitCode);
    assertThat(result.output()).isEmpty();
    assertThat(result.errors().lines()).as(result.errors()).hasSize(1);
    return result.errors().strip();
  }
}
