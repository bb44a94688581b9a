package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchSizesTest {

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "3,4", "4,4", "5,8", "8,8", "9,16", "33,48", "48,48"})
  void cuda_padsToThePowerOfTwoUpToTheMaximum(int images, int size) {
    assertThat(new BatchSizes(Device.Kind.CUDA, 48).padded(images)).isEqualTo(size);
  }

  @Test
  void cuda_warmsUpEverySizeItWillRun() {
    assertThat(new BatchSizes(Device.Kind.CUDA, 48).toWarmUp())
        .containsExactly(1, 2, 4, 8, 16, 32, 48);
  }

  @Test
  void cpu_doesNotPad() {
    BatchSizes sizes = new BatchSizes(Device.Kind.CPU, 8);
    assertThat(sizes.padded(5)).isEqualTo(5);
    assertThat(sizes.toWarmUp()).containsExactly(1);
  }
}
