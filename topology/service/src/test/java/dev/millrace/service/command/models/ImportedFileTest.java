package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.testing.FakeHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImportedFileTest {

  @Test
  void fileOfThisMachine_keepsItsName_andIsNotDeleted() {
    try (ImportedFile file = ImportedFile.of("some/model.onnx")) {
      assertThat(file.path()).isEqualTo(Path.of("some", "model.onnx"));
      assertThat(file.origin()).isEqualTo("model.onnx");
    }
  }

  @Test
  void fileOfTheHub_isDownloaded_andDeletedAfterUse() throws IOException {
    try (FakeHub hub = new FakeHub()) {
      hub.file("onnx/model.onnx", "graph".getBytes(StandardCharsets.UTF_8));
      Path path;
      try (ImportedFile file =
          ImportedFile.of("hf://org/net", Map.of("HF_ENDPOINT", hub.endpoint()))) {
        path = file.path();
        assertThat(path).hasContent("graph");
        assertThat(file.origin()).isEqualTo("hf://org/net@" + FakeHub.COMMIT + "/onnx/model.onnx");
        assertThat(file.named("bad " + path + ", good"))
            .isEqualTo("bad " + file.origin() + ", good");
      }
      assertThat(path.getParent().getParent()).doesNotExist();
    }
  }

  @Test
  void hubThatIsAway_isSaidInOneLine() {
    assertThatThrownBy(() -> ImportedFile.of("hf://org/net", Map.of("HF_HUB_OFFLINE", "1")))
        .isInstanceOf(CommandException.class)
        .hasMessage("cannot reach hf://org/net@main (HF_HUB_OFFLINE is set)");
  }

  @Test
  void otherUri_isRefused() {
    assertThatThrownBy(() -> ImportedFile.of("https://a.example/model.onnx"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is neither a file nor hf://ORG/MODEL; download it first");
    assertThatThrownBy(() -> ImportedFile.of("hf://org")).hasMessageContaining("names no model");
  }
}
