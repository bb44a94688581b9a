package dev.millrace.benchmarks.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.benchmarks.crayfish.CrayfishEvent;
import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class PointDecoderTest {

  private static final Preprocessing RGB =
      new Preprocessing(2, 2, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));

  private static ByteBuffer decode(float... values) throws Exception {
    ByteBuffer pixels = ByteBuffer.allocate(RGB.bytes());
    new PointDecoder().decode(new CrayfishEvent(0, values).json(), RGB, pixels);
    return pixels;
  }

  /** Crayfish sends one channel after another. The pixels are red, green and blue in turn. */
  @Test
  void decode_ordersTheChannelsByPixel() throws Exception {
    float[] values = new float[12];
    for (int i = 0; i < values.length; i++) {
      values[i] = (250 + i % 6) / 255f;
    }

    assertThat(decode(values).array())
        .containsExactly(250, 254, 252, 251, 255, 253, 252, 250, 254, 253, 251, 255);
  }

  @Test
  void decode_ofAnotherSize_isRefused() {
    assertThatThrownBy(() -> decode(0.5f))
        .isInstanceOf(BadImageException.class)
        .hasMessage("a data point of 1 numbers, not 12");
  }

  @Test
  void decode_ofAnImage_isRefused() {
    assertThatThrownBy(
            () -> new PointDecoder().decode(new byte[] {-1, -40}, RGB, ByteBuffer.allocate(12)))
        .isInstanceOf(BadImageException.class)
        .hasMessageStartingWith("not an event of Crayfish");
  }
}
