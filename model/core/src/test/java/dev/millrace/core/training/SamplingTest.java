package dev.millrace.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SamplingTest {

  /** A batch norm divides by the batch's variance, and one image may have none. */
  @Test
  void batchOfOneImage_isRefused() {
    assertThatThrownBy(() -> new Sampling(1, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch-size: 1 must be at least 2, because one image has no variance");
    assertThat(new Sampling(2, false).batchSize()).isEqualTo(2);
  }
}
