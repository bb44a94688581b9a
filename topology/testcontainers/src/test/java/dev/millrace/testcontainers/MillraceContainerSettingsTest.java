package dev.millrace.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.kafka.KafkaContainer;

/** Tests what the container says about its settings, without a container engine. */
class MillraceContainerSettingsTest {

  @TempDir private Path folder;

  @Test
  void settings_becomeTheCommandLine() throws IOException {
    MillraceContainer container =
        container()
            .withModel(model())
            .withBootstrapServers("broker:19092")
            .withPartitions(4)
            .withOptions("--input=photos");

    container.configure();

    assertThat(container.getCommandParts())
        .containsExactly(
            "serve",
            "--bootstrap-servers=broker:19092",
            "--repository=/models/",
            "--model=colours",
            "--create-topics=4",
            "--http=8080",
            "--http-host=0.0.0.0",
            "--input=photos");
  }

  @Test
  void missingModel_isNamed() {
    assertThatThrownBy(container().withBootstrapServers("broker:19092")::configure)
        .hasMessage("there is no model; call withModel(FOLDER)");
  }

  @Test
  void missingBroker_isNamed() throws IOException {
    assertThatThrownBy(container().withModel(model())::configure)
        .hasMessage("there is no broker; call withKafka(BROKER)");
  }

  @Test
  void brokerWithoutNetwork_isRefused() {
    assertThatThrownBy(() -> container().withKafka(new KafkaContainer("apache/kafka:4.3.1")))
        .hasMessageContaining("add .withNetwork(Network.newNetwork()) to the broker");
  }

  @Test
  void folderThatIsMissing_isRefused() {
    assertThatThrownBy(() -> container().withModel(folder.resolve("none")))
        .hasMessageStartingWith("there is no folder ")
        .hasMessageEndingWith("none");
  }

  @Test
  void folderWithoutAVersion_isRefused() throws IOException {
    Files.createDirectories(folder.resolve("colours/one"));

    assertThatThrownBy(() -> container().withModel(folder.resolve("colours")))
        .hasMessageContaining("it has no version; add a file like 1/model.onnx");
  }

  @Test
  void noPartitions_areRefused() {
    assertThatThrownBy(() -> container().withPartitions(0)).hasMessageEndingWith("at least 1: 0");
  }

  private static MillraceContainer container() {
    return new MillraceContainer("millrace");
  }

  private Path model() throws IOException {
    return Files.createDirectories(folder.resolve("colours/1")).getParent();
  }
}
