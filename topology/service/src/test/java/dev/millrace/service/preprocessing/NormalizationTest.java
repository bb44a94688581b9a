package dev.millrace.service.preprocessing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.image.Preprocessing;
import java.util.List;
import org.junit.jupiter.api.Test;

class NormalizationTest {

  private static final List<Float> BYTE_MEAN = List.of(123.675f, 116.28f, 103.53f);
  private static final List<Float> BYTE_STD = List.of(58.395f, 57.12f, 57.375f);
  private static final List<Float> ONES = List.of(1f, 1f, 1f);
  private static final List<Float> ZEROS = List.of(0f, 0f, 0f);

  @Test
  void valuesFor0To255_areDividedBy255() {
    Normalization both = Normalization.recognised(BYTE_MEAN, BYTE_STD);
    assertThat(both.wereBytes()).isTrue();
    assertThat(both.mean()).isEqualTo(Preprocessing.IMAGENET_MEAN);
    assertThat(both.std()).isEqualTo(Preprocessing.IMAGENET_STD);

    Normalization alone = Normalization.recognised(BYTE_MEAN, null);
    assertThat(alone.mean()).isEqualTo(Preprocessing.IMAGENET_MEAN);
    assertThat(alone.std()).isNull();

    Normalization caffe = Normalization.recognised(List.of(104f, 117f, 123f), ONES);
    assertThat(caffe.std()).containsOnly(1 / 255f);
    assertThat(Normalization.recognised(ZEROS, List.of(255f, 255f, 255f)).std()).containsOnly(1f);
  }

  @Test
  void valuesFor0To1_stayAsTheyAre() {
    assertThat(Normalization.recognised(Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD))
        .isEqualTo(
            new Normalization(Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD, false));
    assertThat(Normalization.recognised(null, null))
        .isEqualTo(new Normalization(null, null, false));
    assertThat(Normalization.recognised(null, ONES).wereBytes()).isFalse();
    assertThat(Normalization.recognised(ZEROS, null).wereBytes()).isFalse();
    assertThat(Normalization.recognised(ONES, ONES).wereBytes()).isFalse();
  }

  @Test
  void valuesOnDifferentScales_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalization.recognised(BYTE_MEAN, Preprocessing.IMAGENET_STD))
        .withMessageContaining("are on different scales (0..255 and 0..1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalization.recognised(Preprocessing.IMAGENET_MEAN, BYTE_STD))
        .withMessageContaining("are on different scales (0..255 and 0..1)");
  }

  @Test
  void otherScale_isBroughtTo0To1() {
    Normalization bytes = Normalization.of(1, BYTE_MEAN, BYTE_STD);
    assertThat(bytes.mean()).isEqualTo(Preprocessing.IMAGENET_MEAN);
    assertThat(bytes.std()).isEqualTo(Preprocessing.IMAGENET_STD);
    assertThat(Normalization.of(1 / 127.5, ONES, ONES).mean()).containsOnly(0.5f);
    assertThat(Normalization.of(0.00392156862745098, BYTE_MEAN, ONES).mean()).isEqualTo(BYTE_MEAN);
  }
}
