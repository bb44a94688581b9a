package dev.millrace.core.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageLimitsTest {

  @Test
  void limits_byDefault_areTheDocumentedOnes() {
    assertThat(ImageLimits.DEFAULT)
        .isEqualTo(new ImageLimits(32 * 1024 * 1024, Duration.ofSeconds(5), 4));
  }

  @Test
  void limits_atTheirSmallest_areAccepted() {
    ImageLimits smallest = new ImageLimits(1, Duration.ofMillis(1), 1);

    assertThat(smallest.maxPixels()).isEqualTo(1);
    assertThat(smallest.decodeTimeout()).isEqualTo(Duration.ofMillis(1));
    assertThat(smallest.maxHungDecoders()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "0, PT5S, 4, max-pixels: 0 must be at least 1",
    "-1, PT5S, 4, max-pixels: -1 must be at least 1",
    "1, PT0S, 4, decode-timeout: PT0S must be at least 1 ms",
    "1, PT0.000999999S, 4, decode-timeout: PT0.000999999S must be at least 1 ms",
    "1, PT-5S, 4, decode-timeout: PT-5S must be at least 1 ms",
    "1, , 4, decode-timeout: null must be at least 1 ms",
    "1, PT5S, 0, max-hung-decoders: 0 must be at least 1",
  })
  void limit_outOfBounds_isRefused(
      long maxPixels, Duration decodeTimeout, int maxHungDecoders, String message) {
    assertThatThrownBy(() -> new ImageLimits(maxPixels, decodeTimeout, maxHungDecoders))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
