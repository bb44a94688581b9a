package dev.millrace.service.preprocessing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessingChoiceTest {

  @Test
  void nothingSaid_isTorchvisions_andSaidToBeAssumed() {
    PreprocessingChoice choice = PreprocessingChoice.of(List.of());

    assertThat(choice.preprocessing())
        .isEqualTo(
            new Preprocessing(
                224, 256, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD));
    assertThat(choice.lines())
        .containsExactly(
            "preprocessing assumed: size 224x224, fit crop, resize 256, interpolation bilinear, EXIF"
                + " orientation apply, channels rgb, mean 0.485, 0.456, 0.406 (ImageNet's), std"
                + " 0.229, 0.224, 0.225 (ImageNet's)");
  }

  @Test
  void firstSource_wins_valueByValue() {
    HintsBuilder options = new HintsBuilder("options");
    options.interpolation = Interpolation.LANCZOS;

    PreprocessingChoice choice =
        PreprocessingChoice.of(
            List.of(options.build(), TorchvisionPresets.of("torchvision/efficientnet_v2_l")));

    assertThat(choice.preprocessing().interpolation()).isEqualTo(Interpolation.LANCZOS);
    assertThat(choice.preprocessing().size()).isEqualTo("480x480");
    assertThat(choice.preprocessing().mean()).containsOnly(0.5f);
    assertThat(choice.lines())
        .contains("preprocessing from options: interpolation lanczos")
        .anyMatch(
            line ->
                line.startsWith(
                    "preprocessing from preset torchvision/efficientnet_v2_l/IMAGENET1K_V1: size"
                        + " 480x480, fit crop, resize 480"));
  }

  /** A preset of 224 and 256 pixels, used at 112: the crop keeps its share. */
  @Test
  void resize_keepsItsProportionAtAnotherSize() {
    assertThat(
            PreprocessingChoice.of(
                    List.of(
                        Hints.ofSize("options", 112),
                        TorchvisionPresets.of("torchvision/efficientnet_b0")))
                .preprocessing()
                .resize())
        .isEqualTo(128);
  }

  /** timm computes {@code floor(size / crop_pct)}. */
  @ParameterizedTest
  @CsvSource({"224, 0.875, 256", "224, 0.9, 248", "224, 0.95, 235", "224, 1, 224"})
  void cropPct_isTimms(int size, double cropPct, int resize) {
    HintsBuilder hints = new HintsBuilder("options");
    hints.width = size;
    hints.height = size;
    hints.cropPct = cropPct;

    assertThat(PreprocessingChoice.of(List.of(hints.build())).preprocessing().resize())
        .isEqualTo(resize);
  }

  /** The values are those of torchvision's documentation. */
  @ParameterizedTest
  @CsvSource({
    "torchvision/efficientnet_b0, 224, 256, BICUBIC",
    "torchvision/resnet50, 224, 232, BILINEAR",
    "torchvision/resnet50/IMAGENET1K_V1, 224, 256, BILINEAR",
    "torchvision/swin_t, 224, 232, BICUBIC",
    "torchvision/vit_b_16, 224, 256, BILINEAR",
    "torchvision/vit_b_16/IMAGENET1K_SWAG_E2E_V1, 384, 384, BICUBIC",
    "torchvision/convnext_tiny, 224, 236, BILINEAR",
    "torchvision/inception_v3, 299, 342, BILINEAR"
  })
  void preset_isTorchvisions(String name, int size, int resize, Interpolation interpolation) {
    Preprocessing preset =
        PreprocessingChoice.of(List.of(TorchvisionPresets.of(name))).preprocessing();

    assertThat(preset.width()).isEqualTo(size);
    assertThat(preset.height()).isEqualTo(size);
    assertThat(preset.resize()).isEqualTo(resize);
    assertThat(preset.interpolation()).isEqualTo(interpolation);
    assertThat(preset.fit()).isEqualTo(Fit.CROP);
    assertThat(preset.mean()).isEqualTo(Preprocessing.IMAGENET_MEAN);
  }

  @Test
  void everyPreset_isValid() {
    assertThat(TorchvisionPresets.names()).hasSize(80);
    for (String name : TorchvisionPresets.names()) {
      assertThat(PreprocessingChoice.of(List.of(TorchvisionPresets.of(name)))).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "efficientnet_b0",
        "torchvision/efficientnet_b9",
        "torchvision/resnet50/IMAGENET21K",
        "timm/resnet50",
        "torchvision"
      })
  void presetThatIsUnknown_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TorchvisionPresets.of(name))
        .withMessageStartingWith("preset: ");
  }

  @Test
  void meanAndStd_ofBytes_areRecognised() {
    List<Float> mean = List.of(123.675f, 116.28f, 103.53f);
    List<Float> std = List.of(58.395f, 57.12f, 57.375f);

    Normalization both = Normalization.recognised(mean, std);
    assertThat(both.wereBytes()).isTrue();
    assertThat(both.mean()).isEqualTo(Preprocessing.IMAGENET_MEAN);
    assertThat(both.std()).isEqualTo(Preprocessing.IMAGENET_STD);

    Normalization alone = Normalization.recognised(mean, null);
    assertThat(alone.mean()).isEqualTo(Preprocessing.IMAGENET_MEAN);
    assertThat(alone.std()).isNull();

    Normalization caffe =
        Normalization.recognised(List.of(104f, 117f, 123f), List.of(1f, 1f, 1f));
    assertThat(caffe.std()).containsOnly(1 / 255f);
    Normalization unit = Normalization.recognised(List.of(0f, 0f, 0f), List.of(255f, 255f, 255f));
    assertThat(unit.std()).containsOnly(1f);
  }

  @Test
  void meanAndStd_ofUnits_stayAsTheyAre() {
    Normalization unit =
        Normalization.recognised(Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);

    assertThat(unit)
        .isEqualTo(
            new Normalization(Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD, false));
    assertThat(Normalization.recognised(null, null)).isEqualTo(new Normalization(null, null, false));
    assertThat(Normalization.recognised(List.of(1f, 1f, 1f), List.of(1f, 1f, 1f)).wereBytes())
        .isFalse();
  }

  @Test
  void meanAndStd_ofDifferentScales_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Normalization.recognised(
                    List.of(123.675f, 116.28f, 103.53f), Preprocessing.IMAGENET_STD))
        .withMessageContainingAll("--mean 123.675", "0..255", "--std 0.229", "0..1");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Normalization.recognised(
                    Preprocessing.IMAGENET_MEAN, List.of(58.395f, 57.12f, 57.375f)))
        .withMessageContainingAll("--std 58.395", "0..255", "--mean 0.485", "0..1");
  }
}
