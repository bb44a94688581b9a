package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.Device;
import dev.millrace.core.training.Compute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Bfloat16Test {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "'flags\t\t: fpu avx512f avx512_vnni', true",
    "'flags\t\t: fpu avx512f avx512_bf16 avx512_vnni', false",
    "'flags\t\t: fpu amx_tile amx_bf16', false",
    "'Features\t: fp asimd i8mm', true",
    "'Features\t: fp asimd i8mm bf16', false",
    "'bugs\t\t: spectre_v1', false"
  })
  void processorEmulates_ifItsInstructionsAreNamed_butNoneOfThemIsForBfloat16(
      String line, boolean isEmulated) throws IOException {
    Path processors = folder.resolve("cpuinfo");
    Files.writeString(processors, "processor\t: 0\n" + line + "\nmodel name\t: any\n");

    assertThat(Bfloat16.isEmulated(processors)).isEqualTo(isEmulated);
  }

  @Test
  void systemThatNamesNoInstructions_isNotJudged() {
    assertThat(Bfloat16.isEmulated(folder.resolve("none"))).isFalse();
  }

  @Test
  void trainingInFloat32OrOnGpu_hasNoWarning() {
    assertThat(Bfloat16.warning(Compute.cpu(1))).isEmpty();
    assertThat(Bfloat16.warning(new Compute(Device.parse("cuda:0"), 1, true))).isEmpty();
  }
}
