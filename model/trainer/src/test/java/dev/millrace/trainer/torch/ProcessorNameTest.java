package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessorNameTest {

  @TempDir private Path folder;

  @Test
  void firstName_isTaken() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("cpuinfo"),
            "processor\t: 0\nmodel\t\t: 2\nmodel name\t: AMD EPYC\n\nmodel name\t: another\n");

    assertThat(ProcessorName.of(file)).isEqualTo("AMD EPYC");
  }

  @Test
  void systemWithoutAName_hasAnUnknownProcessor() throws IOException {
    assertThat(ProcessorName.of(folder.resolve("none"))).isEqualTo("unknown");
    assertThat(ProcessorName.of(Files.writeString(folder.resolve("arm"), "processor\t: 0\n")))
        .isEqualTo("unknown");
  }

  @Test
  void otherComputations_areNamed() {
    assertThat(ProcessorName.read().endsWith(", 1x1 convolutions as products of matrices"))
        .isEqualTo(TorchLibrary.POINTWISE_CONVOLUTION_CRASHES);
  }
}
