package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Device;
import dev.millrace.core.training.TrainingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchLibraryTest {

  @Test
  void core_hidesCachesIfItsFolderHasNone(@TempDir Path folder) throws IOException {
    Path core = folder.resolve("cpu0");
    assertThat(TorchLibrary.hidesCaches(core)).isFalse();
    Files.createDirectory(core);
    assertThat(TorchLibrary.hidesCaches(core)).isTrue();
    Files.createDirectory(core.resolve("cache"));
    assertThat(TorchLibrary.hidesCaches(core)).isFalse();
  }

  /** Otherwise, the first tensor would fail with an error of CUDA that does not name the option. */
  @Test
  void numberBeyondTheLastGpu_isRefused() {
    Device third = Device.parse("cuda:2");

    TorchLibrary.requireGpu(third, 3);
    assertThatThrownBy(() -> TorchLibrary.requireGpu(third, 2))
        .isInstanceOf(TrainingException.class)
        .hasMessage(
            "device cuda:2: the numbers of this machine's GPUs begin with 0 and end with 1; take"
                + " one of them");
    assertThatThrownBy(() -> TorchLibrary.requireGpu(third, 0))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("there is no NVIDIA GPU");
  }
}
