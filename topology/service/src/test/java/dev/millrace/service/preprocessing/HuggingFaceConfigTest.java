package dev.millrace.service.preprocessing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.model.ModelException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the configurations of Hugging Face's image processors. The expected defaults are those of
 * the files {@code image_processing_*.py} in transformers.
 */
class HuggingFaceConfigTest {

  @TempDir private Path folder;
  private ModelFolder files;

  @BeforeEach
  void open() {
    files = new ModelFolder(folder);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "ViTImageProcessor, 224, SQUASH, 224, BILINEAR, RGB, 0.5, 0.5",
        "ViTImageProcessorFast, 224, SQUASH, 224, BILINEAR, RGB, 0.5, 0.5",
        "ViTFeatureExtractor, 224, SQUASH, 224, BILINEAR, RGB, 0.5, 0.5",
        "CLIPImageProcessor, 224, CROP, 224, BICUBIC, RGB, 0.48145466, 0.26862954",
        "ConvNextImageProcessor, 384, SQUASH, 384, BICUBIC, RGB, 0.5, 0.5",
        "LevitImageProcessor, 224, CROP, 256, BICUBIC, RGB, 0.485, 0.229",
        "PoolFormerImageProcessor, 224, CROP, 248, BICUBIC, RGB, 0.485, 0.229",
        "MobileNetV1ImageProcessor, 224, CROP, 256, BILINEAR, RGB, 0.5, 0.5",
        "MobileNetV2ImageProcessor, 224, CROP, 256, BILINEAR, RGB, 0.5, 0.5",
        "EfficientFormerImageProcessor, 224, SQUASH, 224, BICUBIC, RGB, 0.485, 0.229",
        "BitImageProcessor, 224, CROP, 224, BICUBIC, RGB, 0.48145466, 0.26862954",
        "SiglipImageProcessor, 224, SQUASH, 224, BICUBIC, RGB, 0.5, 0.5",
        "BlipImageProcessor, 384, SQUASH, 384, BICUBIC, RGB, 0.48145466, 0.26862954",
        "PvtImageProcessor, 224, SQUASH, 224, BILINEAR, RGB, 0.485, 0.229",
        "SegformerImageProcessor, 512, SQUASH, 512, BILINEAR, RGB, 0.485, 0.229"
      })
  void missingKeys_haveTheProcessorsDefaults(
      String name,
      int size,
      Fit fit,
      int resize,
      String interpolation,
      Channels channels,
      float mean,
      float std) {
    files.processor("{'image_processor_type': '" + name + "'}");

    Preprocessing chosen = files.chosen();

    assertThat(chosen.width()).isEqualTo(size);
    assertThat(chosen.fit()).isEqualTo(fit);
    assertThat(chosen.resize()).isEqualTo(resize);
    assertThat(chosen.interpolation().name()).isEqualTo(interpolation);
    assertThat(chosen.channels()).isEqualTo(channels);
    assertThat(chosen.mean().get(0)).isEqualTo(mean);
    assertThat(chosen.std().get(0)).isEqualTo(std);
  }

  @Test
  void mobileVit_flipsTheChannelsByDefault() {
    files.processor(
        "{'image_processor_type': 'MobileViTImageProcessor', 'size': {'shortest_edge': 288}}");

    Preprocessing chosen = files.chosen();

    assertThat(chosen.channels()).isEqualTo(Channels.BGR);
    assertThat(chosen.width()).isEqualTo(256);
    assertThat(chosen.resize()).isEqualTo(288);
    assertThat(chosen.mean()).containsOnly(0f);
  }

  @Test
  void defaults_areSaidAsTheProcessors() {
    files.processor(
        "{'image_processor_type': 'MobileNetV2ImageProcessorFast', 'resample': 3,"
            + " 'size': {'shortest_edge': 232}, 'image_mean': [0.4, 0.4, 0.4]}");
    String file = folder.resolve("preprocessor_config.json").toString();

    assertThat(files.choice().lines())
        .contains(
            "preprocessing from "
                + file
                + ": fit crop, resize 232, interpolation bicubic, mean 0.4, 0.4, 0.4",
            "preprocessing from "
                + file
                + " (MobileNetV2ImageProcessor's defaults): size 224, std 0.5, 0.5, 0.5");
  }

  /** The slow processor and the fast one have different defaults. */
  @ParameterizedTest
  @CsvSource({"EfficientNet, resample", "Beit, size"})
  void keyWhoseDefaultDiffersBetweenVersions_hasToBeSaid(String family, String key) {
    files.processor("{'image_processor_type': '" + family + "ImageProcessor'}");

    assertRefused(key + " is missing", family);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DetrImageProcessor",
        "ViltFeatureExtractor",
        "DonutImageProcessor",
        "ImageGPTImageProcessor",
        "SuperPointImageProcessor",
        "Swin2SRImageProcessor",
        "VideoMAEImageProcessor",
        "MyFancyProcessor",
        "ViT"
      })
  void unknownProcessor_isRefused(String name) {
    files.processor(
        "{'image_processor_type': '%s', 'size': 224, 'image_mean': 0.5, 'image_std': 0.5}"
            .formatted(name));

    assertRefused("the image processor " + name + ",", "move it away", "--preset");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'do_pad': true",
        "'do_thumbnail': true",
        "'do_align_long_axis': true",
        "'do_grayscale': true",
        "'do_flip_channel_order': true",
        "'size_divisor': 32",
        "'pad_size': {'height': 8, 'width': 8}",
        "'clusters': [[1, 1, 1]]",
        "'auto_map': {'AutoImageProcessor': 'mine.Mine'}"
      })
  void keyThatIsNotFollowed_isRefused(String key) {
    files.processor("{'image_processor_type': 'ViTImageProcessor', " + key + "}");

    assertRefused(key.replaceAll("'(\\w+)'.*", "$1") + " is set");
  }

  @Test
  void keyThatIsNotFollowed_andNotSet_isPassedOver() {
    files.processor(
        "{'image_processor_type': 'ViTImageProcessorFast', 'do_pad': null, 'pad_size': null,"
            + " 'do_grayscale': false, 'crop_size': null, 'do_center_crop': null,"
            + " 'size_divisor': 0}");

    assertThat(files.chosen().fit()).isEqualTo(Fit.SQUASH);
  }

  @ParameterizedTest
  @CsvSource({
    "vit, SQUASH, 224",
    "swinv2, SQUASH, 224",
    "convnext, CROP, 256",
    "resnet, CROP, 256",
    "clip, CROP, 224",
    "dinov2, CROP, 224"
  })
  void processorWithoutAName_isThatOfTheModelType(String type, Fit fit, int resize) {
    files.processor("{'size': 224, 'do_normalize': true}");
    files.config("{'model_type': '" + type + "'}");

    assertThat(files.chosen().fit()).isEqualTo(fit);
    assertThat(files.chosen().resize()).isEqualTo(resize);
  }

  @Test
  void processorWithoutAName_andWithoutAKnownModelType_isRefused() {
    files.processor("{'size': 224, 'do_normalize': true}");
    assertRefused("image_processor_type", "model_type");
    files.config("{'model_type': 'detr'}");
    assertRefused("the model_type detr", "move it away");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "", "null", "3", "'text'", "{'model_type': 'vit'}"})
  void fileOfAnotherKind_isRefused(String json) {
    files.processor(json);
    files.config("{'model_type': 'vit'}");

    assertRefused("move it away");
  }

  @Test
  void squareSizeOfPoolFormer_isTheShorterSideBeforeTheCrop() {
    files.processor(
        "{'image_processor_type': 'PoolFormerImageProcessor', 'crop_pct': 0.9,"
            + " 'size': {'height': 224, 'width': 224}}");

    assertThat(files.chosen().fit()).isEqualTo(Fit.CROP);
    assertThat(files.chosen().resize()).isEqualTo(248);
    assertThat(files.chosen().width()).isEqualTo(224);
  }

  @Test
  void listOfTwo_isTheHeightAndTheWidth() {
    files.processor("{'image_processor_type': 'ViTImageProcessor', 'size': [160, 192]}");

    assertThat(files.chosen().height()).isEqualTo(160);
    assertThat(files.chosen().width()).isEqualTo(192);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'size': {'height': 224, 'width': 224}, 'do_center_crop': true,"
            + " 'crop_size': {'height': 224}",
        "'size': 256, 'do_center_crop': true, 'crop_size': {'shortest_edge': 224}"
      })
  void cropWithoutBothSides_isRefused(String keys) {
    files.processor("{'image_processor_type': 'CLIPImageProcessor', " + keys + "}");

    assertRefused("crop_size is", "without a height and a width");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'image_mean': [0.5, 0.5]",
        "'image_mean': []",
        "'image_mean': 'half'",
        "'image_std': [0, 0, 0]",
        "'image_std': [1e-300, 1, 1]",
        "'rescale_factor': 'abc'",
        "'rescale_factor': -1",
        "'rescale_factor': 1e-300",
        "'resample': 4",
        "'resample': [2]",
        "'size': {'height': 5000, 'width': 5000}",
        "'size': {'height': 224}",
        "'size': 0",
        "'do_resize': 'no'"
      })
  void valueThatIsWrong_isAnErrorOfTheFile(String key) {
    files.processor("{'image_processor_type': 'ViTImageProcessor', " + key + "}");

    assertRefused("preprocessor_config.json", key.contains("height': 5") ? "4096" : key(key));
  }

  @Test
  void newerVersions_keepTheProcessorInProcessorConfig() {
    files.processor("{'image_processor_type': 'CLIPImageProcessor'}");
    files.file("processor_config.json", "{'processor_class': 'SomeProcessor'}");
    assertThat(files.chosen().fit()).isEqualTo(Fit.CROP);
    files.file(
        "processor_config.json",
        "{'image_processor': {'image_processor_type': 'ViTImageProcessorFast'}}");

    assertThat(files.chosen().fit()).isEqualTo(Fit.SQUASH);
    assertThat(files.choice().lines().get(0)).contains("processor_config.json");
  }

  private static String key(String pair) {
    return pair.replaceAll("'(\\w+)'.*", "$1");
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(() -> files.choice())
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContainingAll(parts);
  }
}
