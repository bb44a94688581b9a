package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BufferLimitTest {

  private static final ModelVersion LARGE = FakeModel.version(3, 4096);

  private final FakeModel model = new FakeModel();

  private ModelLoader loader(int maxBatchSize) {
    return new ModelLoader(
        model,
        new EngineConfig(
            List.of(Device.CPU), maxBatchSize, Duration.ZERO, 1, 1, ImageLimits.DEFAULT),
        new EngineMetrics(new SimpleMeterRegistry()),
        System::nanoTime);
  }

  @Test
  void batchTooLargeForABuffer_isRefusedAsItLoads_withTheLargestThatFits() {
    assertThatThrownBy(() -> loader(64).load(LARGE))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "max-batch-size: 64 images of 4096x4096 pixels take 3221225472 bytes, and a buffer"
                + " holds at most 2147483647; give at most 42 for fake version 3");
    assertThat(model.batches).isEmpty();
    assertThat(model.open).isEmpty();
  }

  /**
   * The pixels of a batch of 96 images take 4.5 GiB. As an int, this size overflows to 0.5 GiB,
   * which would fit in a buffer.
   */
  @Test
  void batchWhoseSizeAsAnIntIsPositive_isRefused_too() {
    assertThatThrownBy(() -> loader(96).load(LARGE)).isInstanceOf(ModelException.class);
  }

  @Test
  void largestBatchThatFits_isAllowed() {
    assertThatNoException().isThrownBy(() -> BufferLimit.requirePixels(LARGE, 42));
    assertThatThrownBy(() -> BufferLimit.requirePixels(LARGE, 43))
        .isInstanceOf(ModelException.class);
  }

  @Test
  void answersTooLargeForABuffer_areRefusedAsTheVersionLoads_andLeaveNoSessionOpen() {
    model.classes = 1 << 20;

    assertThatThrownBy(() -> loader(512).load(FakeModel.version()))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "max-batch-size: 512 answers of 1048576 classes take 2147483648 bytes, and a buffer"
                + " holds at most 2147483647; give at most 511 for fake version 3");
    assertThat(model.batches).isEmpty();
    assertThat(model.open).isEmpty();
  }
}
