package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

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
}
