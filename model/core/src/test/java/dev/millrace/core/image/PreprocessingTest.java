package dev.millrace.core.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessingTest {

  private static final List<Float> MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> STD = List.of(0.229f, 0.224f, 0.225f);

  @ParameterizedTest
  @CsvSource({"1, 1, 3", "32, 32, 3072", "224, 256, 150528", "4096, 8192, 50331648"})
  void bytes_ofAnInput_areThreeAPixel(int size, int resize, int bytes) {
    assertThat(new Preprocessing(size, resize, MEAN, STD).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 256, size: 0 is not between 1 and 4096 pixels",
    "-1, 256, size: -1 is not between 1 and 4096 pixels",
    "4097, 5000, size: 4097 is not between 1 and 4096 pixels",
    "224, 223, resize: 223 is not between size (224) and 8192 pixels",
    "224, 8193, resize: 8193 is not between size (224) and 8192 pixels",
  })
  void geometry_outOfBounds_isRefused(int size, int resize, String message) {
    assertRefused(size, resize, MEAN, STD, message);
  }

  @Test
  void channels_thatAreNotThree_areRefused() {
    assertRefused(4, 4, null, STD, "mean: expected three numbers (red, green, blue), got none");
    assertRefused(
        4, 4, List.of(0f, 0f), STD, "mean: expected three numbers (red, green, blue), got 2");
    assertRefused(
        4,
        4,
        MEAN,
        List.of(1f, 1f, 1f, 1f),
        "std: expected three numbers (red, green, blue), got 4");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void channel_thatIsNotFinite_isRefused(float value) {
    String values = "[0.5, " + value + ", 0.5]";

    assertRefused(
        4,
        4,
        List.of(0.5f, value, 0.5f),
        STD,
        "mean: " + values + " holds a value that is not a number");
    assertRefused(
        4,
        4,
        MEAN,
        List.of(0.5f, value, 0.5f),
        "std: " + values + " holds a value that is not a number");
  }

  @Test
  void channel_thatIsNull_isRefused() {
    assertRefused(
        4,
        4,
        Arrays.asList(0f, 0f, null),
        STD,
        "mean: [0.0, 0.0, null] holds a value that is not a number");
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -0f, -0.1f})
  void deviation_thatIsNotAboveZero_isRefused(float deviation) {
    assertRefused(
        4,
        4,
        MEAN,
        List.of(1f, 1f, deviation),
        "std: [1.0, 1.0, " + deviation + "] holds a value that is not above 0");
  }

  @Test
  void channels_changedByTheirGiver_stayAsTheyWere() {
    List<Float> mean = new ArrayList<>(MEAN);
    Preprocessing preprocessing = new Preprocessing(4, 4, mean, STD);

    mean.set(0, 9f);

    assertThat(preprocessing.mean()).isEqualTo(MEAN);
  }

  private static void assertRefused(
      int size, int resize, List<Float> mean, List<Float> std, String message) {
    assertThatThrownBy(() -> new Preprocessing(size, resize, mean, std))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
