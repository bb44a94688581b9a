package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorTest {

  @ParameterizedTest
  @CsvSource({
    "amd64, flags : fpu avx2 fma, true",
    "amd64, flags : fpu avx2 fma avx512f avx512_vnni, false",
    "amd64, flags : fpu avx2 avx_vnni, false",
    "amd64, nothing is known, true",
    "aarch64, Features : fp asimd, false"
  })
  void sums_maySaturateOnX86WithoutVnni(String architecture, String line, boolean expected) {
    assertThat(Processor.of(architecture, Stream.of(line)).maySaturate()).isEqualTo(expected);
  }

  @Test
  void processor_isPrintedWithTheInstructionsThatMatter() {
    Processor processor =
        Processor.of(
            "amd64", Stream.of("model name : x", "flags\t\t: fpu avx2 sse fma", "flags: fpu"));

    assertThat(processor).hasToString("amd64 avx2 fma");
  }
}
