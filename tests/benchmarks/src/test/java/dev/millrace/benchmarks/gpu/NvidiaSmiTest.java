package dev.millrace.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class NvidiaSmiTest {

  @Test
  void parse_lineForEachGpu_sumsMebibytes() {
    assertThat(NvidiaSmi.parse("523\n 1024")).isEqualTo(1547L << 20);
  }

  @Test
  void parse_anythingElse_isRepeated() {
    assertThatIllegalStateException()
        .isThrownBy(() -> NvidiaSmi.parse("No devices were found"))
        .withMessageContaining("No devices were found");
  }
}
