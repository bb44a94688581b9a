package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Setting;
import dev.millrace.core.training.TrainingException;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class TorchMemoryTest {

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
