package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Setting;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.ResidentMemory;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TorchMemoryTest {

  /** The tests have the launcher's settings of glibc, with which glibc keeps freed memory. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void release_returnsFreedMemoryToTheSystem() {
    long used = ResidentMemory.with(256);

    TorchMemory.release();

    assertThat(used - ResidentMemory.now()).isGreaterThan(200);
  }

  @Test
  void tensorThatIsLargerThanTheMemory_isExplained() {
    assertThatThrownBy(() -> TorchMemory.explained(() -> torch.empty(1L << 50)))
        .isInstanceOfSatisfying(
            TrainingException.class,
            e -> assertThat(e.settings()).containsExactly(Setting.BATCH_SIZE, Setting.SIZE))
        .hasMessageStartingWith("the device has too little memory (")
        .hasMessageContaining("allocate " + (4L << 50) + " bytes")
        .hasMessageEndingWith("); take fewer images per batch, or smaller images")
        .hasMessageNotContaining("\n");
  }

  @Test
  void otherErrors_areLeftAsTheyAre() {
    RuntimeException other = new RuntimeException("shapes differ");

    assertThatThrownBy(
            () ->
                TorchMemory.explained(
                    () -> {
                      throw other;
                    }))
        .isSameAs(other);
    assertThat(TorchMemory.explained(() -> 7)).isEqualTo(7);
  }
}
