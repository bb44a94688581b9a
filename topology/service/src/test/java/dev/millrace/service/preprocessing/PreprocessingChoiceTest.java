package dev.millrace.service.preprocessing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import dev.millrace.core.model.ModelException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessingChoiceTest {

  @Test
  void nothingSaid_isTorchvisions_andSaidToBeAssumed() {
    PreprocessingChoice choice = Choices.of(List.of());

    assertThat(choice.preprocessing())
        .isEqualTo(
            new Preprocessing(224, 256, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD));
    assertThat(choice.lines())
        .containsExactly(
            "preprocessing assumed: size 224, fit crop, resize 256, interpolation bilinear, EXIF"
                + " orientation apply, channels rgb, mean 0.485, 0.456, 0.406, std 0.229, 0.224,"
                + " 0.225");
  }

  @Test
  void firstSource_wins_valueByValue() {
    HintsBuilder options = new HintsBuilder("options");
    options.interpolation = Interpolation.LANCZOS;

    PreprocessingChoice choice =
        Choices.of(
            Channels.RGB,
            false,
            options.build(),
            List.of(TorchvisionPresets.of("torchvision/efficientnet_v2_l")));

    assertThat(choice.preprocessing().interpolation()).isEqualTo(Interpolation.LANCZOS);
    assertThat(choice.preprocessing().size()).isEqualTo("480x480");
    assertThat(choice.preprocessing().mean()).containsOnly(0.5f);
    assertThat(choice.lines())
        .contains("preprocessing from options: interpolation lanczos")
        .anyMatch(
            line ->
                line.startsWith(
                    "preprocessing from preset torchvision/efficientnet_v2_l/IMAGENET1K_V1: size"
                        + " 480, fit crop, resize 480"));
  }

  /**
   * The preset resizes to 256 pixels and crops to 224 pixels. With a size of 112, the resize is
   * therefore 128 pixels.
   */
  @Test
  void resize_keepsItsProportionAtAnotherSize() {
    assertThat(
            Choices.of(List.of(sized(112), TorchvisionPresets.of("torchvision/efficientnet_b0")))
                .preprocessing()
                .resize())
        .isEqualTo(128);
  }

  /** timm computes {@code floor(size / crop_pct)}. */
  @ParameterizedTest
  @CsvSource({"224, 0.875, 256", "224, 0.9, 248", "224, 0.95, 235", "224, 1, 224"})
  void cropPct_isTimms(int size, double cropPct, int resize) {
    HintsBuilder hints = new HintsBuilder("config.json");
    hints.width = size;
    hints.height = size;
    hints.cropPct = cropPct;

    assertThat(Choices.of(List.of(hints.build())).preprocessing().resize()).isEqualTo(resize);
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
    Preprocessing preset = Choices.of(List.of(TorchvisionPresets.of(name))).preprocessing();

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
      assertThat(Choices.of(List.of(TorchvisionPresets.of(name)))).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "efficientnet_b0",
        "torchvision/efficientnet_b9",
        "torchvision/resnet50/IMAGENET21K",
        "torchvision/vgg16/IMAGENET1K_FEATURES",
        "timm/resnet50",
        "torchvision"
      })
  void presetThatIsUnknown_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TorchvisionPresets.of(name))
        .withMessageStartingWith("preset: ");
  }

  private static Hints sized(int side) {
    HintsBuilder hints = new HintsBuilder("config.json");
    hints.width = side;
    hints.height = side;
    return hints.build();
  }

  @Test
  void sizeThatIsNotSquare_isSaidBySides() {
    HintsBuilder hints = new HintsBuilder("model.onnx");
    hints.width = 192;
    hints.height = 48;

    PreprocessingChoice choice = Choices.of(List.of(hints.build()));

    assertThat(choice.preprocessing().size()).isEqualTo("48x192");
    assertThat(choice.lines()).contains("preprocessing from model.onnx: height 48, width 192");
    hints.width = null;
    assertThat(Choices.of(List.of(hints.build())).preprocessing().size()).isEqualTo("48x48");
  }

  @Test
  void otherChannels_haveImageNetsValuesInTheirOrder() {
    assertThat(normalized(Channels.BGR).mean()).containsExactly(0.406f, 0.456f, 0.485f);
    assertThat(normalized(Channels.BGR).std()).containsExactly(0.225f, 0.224f, 0.229f);
    assertThat(normalized(Channels.GREY).mean()).containsExactly(0.449f);
    assertThat(normalized(Channels.RGBA).std()).containsExactly(0.229f, 0.224f, 0.225f, 1f);
  }

  /** The values of a source are in the order red, green, blue. */
  @Test
  void bgr_reversesTheValuesOfASource() {
    HintsBuilder options = new HintsBuilder("options");
    options.channels = Channels.BGR;
    HintsBuilder file = new HintsBuilder("config.json");
    file.mean = List.of(0.1f, 0.2f, 0.3f);
    file.std = List.of(0.5f);

    Preprocessing chosen =
        Choices.of(Channels.RGB, false, options.build(), List.of(file.build())).preprocessing();

    assertThat(chosen.channels()).isEqualTo(Channels.BGR);
    assertThat(chosen.mean()).containsExactly(0.3f, 0.2f, 0.1f);
    assertThat(chosen.std()).containsExactly(0.5f, 0.5f, 0.5f);
  }

  @Test
  void threeEqualValues_standForGrey_andThreeOthersAreRefused() {
    HintsBuilder file = new HintsBuilder("config.json");
    file.mean = List.of(0.5f, 0.5f, 0.5f);
    file.std = file.mean;
    Hints options = new HintsBuilder("options").build();

    assertThat(
            Choices.of(Channels.GREY, false, options, List.of(file.build())).preprocessing().mean())
        .containsExactly(0.5f);
    file.mean = Preprocessing.IMAGENET_MEAN;
    assertThatThrownBy(() -> Choices.of(Channels.GREY, false, options, List.of(file.build())))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("config.json: mean: expected 1 numbers");
    HintsBuilder wrong = new HintsBuilder("options");
    wrong.mean = List.of(0.5f, 0.4f);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Choices.of(Channels.RGB, false, wrong.build(), List.of()))
        .withMessageContaining("mean: expected 3 numbers");
  }

  @Test
  void orderThatDoesNotFitTheChannels_isRefused() {
    HintsBuilder options = new HintsBuilder("options");
    options.channels = Channels.BGR;

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Choices.of(Channels.GREY, false, options.build(), List.of()))
        .withMessage("channel-order: bgr needs a model of 3 channels, and this one has 1");
  }

  @Test
  void givenScale_assumesNoMeanAndNoStd_andAsksNoOtherSource() {
    HintsBuilder options = new HintsBuilder("options");
    options.scale = 1.0;
    HintsBuilder file = new HintsBuilder("config.json");
    file.mean = List.of(0.5f, 0.5f, 0.5f);
    file.std = file.mean;

    Preprocessing chosen =
        Choices.of(Channels.RGB, false, options.build(), List.of(file.build())).preprocessing();

    assertThat(chosen.scale()).isEqualTo(1);
    assertThat(chosen.mean()).containsOnly(0f);
    assertThat(chosen.std()).containsOnly(1f);
    options.mean = List.of(123.675f, 116.28f, 103.53f);
    assertThat(Choices.of(Channels.RGB, false, options.build(), List.of()).preprocessing().mean())
        .isEqualTo(options.mean);
  }

  @Test
  void rawPixels_areNormalizedOnlyByOptions() {
    HintsBuilder file = new HintsBuilder("config.json");
    file.mean = List.of(0.5f, 0.5f, 0.5f);
    file.std = file.mean;
    HintsBuilder options = new HintsBuilder("options");

    PreprocessingChoice raw =
        Choices.of(Channels.RGB, true, options.build(), List.of(file.build()));

    assertThat(raw.preprocessing().scale()).isEqualTo(1);
    assertThat(raw.preprocessing().std()).containsOnly(1f);
    assertThat(raw.lines()).anyMatch(line -> line.contains("which the model normalises itself"));
    options.mean = List.of(0.1f, 0.1f, 0.1f);
    assertThat(
            Choices.of(Channels.RGB, true, options.build(), List.of(file.build()))
                .preprocessing()
                .std())
        .isEqualTo(file.std);
  }

  private static Preprocessing normalized(Channels channels) {
    HintsBuilder options = new HintsBuilder("options");
    options.channels = channels;
    Channels declared = channels == Channels.BGR ? Channels.RGB : channels;
    return Choices.of(declared, false, options.build(), List.of()).preprocessing();
  }
}
