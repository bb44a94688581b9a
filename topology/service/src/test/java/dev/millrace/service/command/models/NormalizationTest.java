package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import java.util.List;
import org.junit.jupiter.api.Test;

class NormalizationTest {

  private static final List<Float> BYTE_MEAN = List.of(123.675f, 116.28f, 103.53f);
  private static final List<Float> BYTE_STD = List.of(58.395f, 57.12f, 57.375f);

  @Test
  void nothingGiven_isImageNets_andIsSaid() {
    Normalization usual = Normalization.of(Channels.RGB, null, null, null);

    assertThat(usual.scale()).isEqualTo(Preprocessing.UNIT_SCALE);
    assertThat(usual.mean()).isEqualTo(Preprocessing.IMAGENET_MEAN);
    assertThat(usual.std()).isEqualTo(Preprocessing.IMAGENET_STD);
    assertThat(usual.assumed())
        .containsExactly(
            "ImageNet's mean [0.485, 0.456, 0.406]", "ImageNet's std [0.229, 0.224, 0.225]");
  }

  @Test
  void otherChannels_haveImageNetsValuesInTheirOrder() {
    assertThat(Normalization.of(Channels.BGR, null, null, null).mean())
        .containsExactly(0.406f, 0.456f, 0.485f);
    assertThat(Normalization.of(Channels.BGR, null, null, null).std())
        .containsExactly(0.225f, 0.224f, 0.229f);
    assertThat(Normalization.of(Channels.GREY, null, null, null).mean()).containsExactly(0.449f);
    assertThat(Normalization.of(Channels.RGBA, null, null, null).std())
        .containsExactly(0.229f, 0.224f, 0.225f, 1f);
  }

  @Test
  void valuesFor0To255_areUsedAsSuch_andThisIsSaid() {
    for (Normalization bytes :
        List.of(
            Normalization.of(Channels.RGB, null, BYTE_MEAN, BYTE_STD),
            Normalization.of(Channels.RGB, null, List.of(0f, 0f, 0f), List.of(255f, 255f, 255f)),
            Normalization.of(Channels.BGR, null, List.of(104f, 117f, 123f), List.of(1f, 1f, 1f)))) {
      assertThat(bytes.scale()).isEqualTo(1);
      assertThat(bytes.assumed())
          .containsExactly("the 0..255 scale of --mean and --std (--scale 1)");
    }
    assertThat(Normalization.of(Channels.RGB, null, BYTE_MEAN, null).std())
        .containsExactly(58.395f, 57.12f, 57.375f);
  }

  @Test
  void valuesFor0To1_stayOnThatScale() {
    assertThat(Normalization.of(Channels.RGB, null, null, List.of(1f, 1f, 1f)).scale())
        .isEqualTo(Preprocessing.UNIT_SCALE);
    assertThat(Normalization.of(Channels.RGB, null, List.of(0f, 0f, 0f), null).scale())
        .isEqualTo(Preprocessing.UNIT_SCALE);
  }

  @Test
  void valuesOnDifferentScales_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Normalization.of(Channels.RGB, null, BYTE_MEAN, Preprocessing.IMAGENET_STD))
        .withMessageContaining("are on different scales (0..255 and 0..1)");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Normalization.of(Channels.RGB, null, Preprocessing.IMAGENET_MEAN, BYTE_STD))
        .withMessageContaining("are on different scales (0..255 and 0..1)");
  }

  @Test
  void givenScale_assumesNoMeanAndNoStd() {
    Normalization given = Normalization.of(Channels.RGB, 1.0, null, null);

    assertThat(given.mean()).containsExactly(0f, 0f, 0f);
    assertThat(given.std()).containsExactly(1f, 1f, 1f);
    assertThat(given.assumed()).containsExactly("mean 0 [0.0, 0.0, 0.0]", "std 1 [1.0, 1.0, 1.0]");
    assertThat(Normalization.of(Channels.RGB, 1.0, BYTE_MEAN, Preprocessing.IMAGENET_STD).mean())
        .isEqualTo(BYTE_MEAN);
  }
}
