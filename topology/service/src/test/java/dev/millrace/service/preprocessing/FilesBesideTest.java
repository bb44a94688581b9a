package dev.millrace.service.preprocessing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Exif;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configurations are those of public models on Hugging Face's hub. */
class FilesBesideTest {

  private static final String MEAN_STD =
      "'image_mean': [0.485, 0.456, 0.406], 'image_std': [0.229, 0.224, 0.225]";

  @TempDir private Path folder;

  @Test
  void vit_isSquashed() throws IOException {
    processor(
        "{'image_processor_type': 'ViTImageProcessor', 'do_resize': true, 'do_rescale': true,"
            + " 'rescale_factor': 0.00392156862745098, 'resample': 2, 'do_normalize': true,"
            + " 'image_mean': [0.5, 0.5, 0.5], 'image_std': [0.5, 0.5, 0.5],"
            + " 'size': {'height': 224, 'width': 224}}");

    assertThat(chosen())
        .isEqualTo(preprocessing(224, 0, Fit.SQUASH, Interpolation.BILINEAR, half(), half()));
  }

  /**
   * In 2021, {@code preprocessor_config.json} had one number for the size, and did not name the
   * processor.
   */
  @Test
  void oldVit_isSquashed() throws IOException {
    processor(
        "{'do_normalize': true, 'do_resize': true, 'image_mean': [0.5, 0.5, 0.5],"
            + " 'image_std': [0.5, 0.5, 0.5], 'resample': 3, 'size': 384}");
    config("{'model_type': 'vit'}");

    assertThat(chosen())
        .isEqualTo(preprocessing(384, 0, Fit.SQUASH, Interpolation.BICUBIC, half(), half()));
  }

  @ParameterizedTest
  @CsvSource({"224, 0.875, CROP, 256", "224, 0.95, CROP, 235", "384, 0.95, SQUASH, 384"})
  void convNext_isCroppedBelow384(int size, double cropPct, Fit fit, int resize)
      throws IOException {
    processor(
        "{'crop_pct': %s, 'feature_extractor_type': 'ConvNextFeatureExtractor', 'resample': 3,"
                .formatted(cropPct)
            + " 'do_normalize': true, 'size': "
            + size
            + ", "
            + MEAN_STD
            + "}");

    assertThat(chosen())
        .isEqualTo(
            preprocessing(
                size,
                resize,
                fit,
                Interpolation.BICUBIC,
                Preprocessing.IMAGENET_MEAN,
                Preprocessing.IMAGENET_STD));
  }

  @Test
  void mobileNet_isCropped() throws IOException {
    processor(
        "{'image_processor_type': 'MobileNetV2ImageProcessor', 'do_center_crop': true,"
            + " 'crop_size': {'height': 224, 'width': 224}, 'size': {'shortest_edge': 256},"
            + " 'resample': 2, 'image_mean': [0.5, 0.5, 0.5], 'image_std': [0.5, 0.5, 0.5]}");

    assertThat(chosen())
        .isEqualTo(preprocessing(224, 256, Fit.CROP, Interpolation.BILINEAR, half(), half()));
  }

  @Test
  void mobileVit_hasBgrAndNoNormalization() throws IOException {
    processor(
        "{'image_processor_type': 'MobileViTImageProcessor', 'do_flip_channel_order': true,"
            + " 'do_center_crop': true, 'crop_size': {'height': 256, 'width': 256},"
            + " 'size': {'shortest_edge': 288}, 'resample': 2}");

    Preprocessing chosen = chosen();

    assertThat(chosen.channels()).isEqualTo(Channels.BGR);
    assertThat(chosen.resize()).isEqualTo(288);
    assertThat(chosen.mean()).containsOnly(0f);
    assertThat(chosen.std()).containsOnly(1f);
  }

  @Test
  void efficientNet_dividesTwiceByStd() throws IOException {
    processor(
        "{'image_processor_type': 'EfficientNetImageProcessor', 'include_top': true,"
            + " 'do_center_crop': false, 'crop_size': {'height': 289, 'width': 289},"
            + " 'size': {'height': 224, 'width': 224}, 'resample': 0, 'do_normalize': true,"
            + " 'image_mean': [0.485, 0.456, 0.406], 'image_std': [0.5, 0.25, 0.125]}");

    Preprocessing chosen = chosen();

    assertThat(chosen.fit()).isEqualTo(Fit.SQUASH);
    assertThat(chosen.interpolation()).isEqualTo(Interpolation.NEAREST);
    assertThat(chosen.std()).containsExactly(0.25f, 0.0625f, 0.015625f);
  }

  @Test
  void pixelsThatAreNotRescaled_haveMeanAndStdOfBytes() throws IOException {
    processor(
        "{'image_processor_type': 'ViTImageProcessor', 'do_rescale': false, 'size': {'height': 8,"
            + " 'width': 16}, 'image_mean': [127.5, 127.5, 127.5], 'image_std': [255, 255, 255]}");

    Preprocessing chosen = chosen();

    assertThat(chosen.size()).isEqualTo("8x16");
    assertThat(chosen.mean()).containsOnly(0.5f);
    assertThat(chosen.std()).containsOnly(1f);
  }

  @ParameterizedTest
  @CsvSource({
    "center, 0.875, bicubic, CROP, 256, BICUBIC",
    "center, 0.95, bilinear, CROP, 235, BILINEAR",
    "squash, 1.0, bicubic, SQUASH, 224, BICUBIC"
  })
  void timm_isRead(
      String mode, double cropPct, String filter, Fit fit, int resize, Interpolation interpolation)
      throws IOException {
    String values =
        ("'input_size': [3, 224, 224], 'interpolation': '%s', 'crop_pct': %s, 'crop_mode': '%s',"
                + " 'mean': [0.5, 0.5, 0.5], 'std': [0.5, 0.5, 0.5]")
            .formatted(filter, cropPct, mode);
    Preprocessing expected = preprocessing(224, resize, fit, interpolation, half(), half());

    config("{'architecture': 'vit', 'pretrained_cfg': {" + values + "}}");
    assertThat(chosen()).isEqualTo(expected);
    config("{'architecture': 'vit', 'num_classes': 3, " + values + "}");
    assertThat(chosen()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"border, 1.0", "squash, 0.9"})
  void timm_withAnotherFit_isRefused(String mode, double cropPct) throws IOException {
    config(
        "{'pretrained_cfg': {'input_size': [3, 224, 224], 'crop_mode': '%s', 'crop_pct': %s}}"
            .formatted(mode, cropPct));

    assertThatIllegalArgumentException()
        .isThrownBy(this::chosen)
        .withMessageContainingAll("config.json", "crop_mode " + mode, "--fit");
  }

  @Test
  void names_areThoseOfTheConfig() throws IOException {
    config("{'model_type': 'vit', 'id2label': {'0': 'cat', '1': 'dog'}}");

    FilesBeside beside = FilesBeside.of(model());

    assertThat(beside.names().orElseThrow().labels().names()).containsExactly("cat", "dog");
    assertThat(beside.namesFile()).isEqualTo(folder.resolve("config.json"));
    assertThat(beside.hints()).isEmpty();
  }

  @Test
  void filesAboveAFolderNamedOnnx_areRead() throws IOException {
    config("{'id2label': {'0': 'cat', '1': 'dog'}}");
    Path onnx = Files.createDirectories(folder.resolve("onnx"));
    Path other = Files.createDirectories(folder.resolve("other"));

    assertThat(FilesBeside.of(onnx.resolve("model.onnx")).names()).isPresent();
    assertThat(FilesBeside.of(other.resolve("model.onnx")).names()).isEmpty();
  }

  @Test
  void fileThatIsNotUnderstood_isNamed() throws IOException {
    config("{'pretrained_cfg': {'interpolation': 'cubic-ish'}}");
    assertRefused("config.json", "cubic-ish", "move it away");
    config("{");
    assertRefused("config.json", "not valid JSON");
  }

  @Test
  void noFiles_sayNothing() {
    assertThat(FilesBeside.of(model()).hints()).isEmpty();
    assertThat(FilesBeside.of(model()).names()).isEmpty();
  }

  /**
   * With --labels, the import does not need the names in the file, so their error must not appear
   * earlier.
   */
  @Test
  void namesThatAreNotUnderstood_areRefusedWhenTheyAreNeeded() throws IOException {
    config("{'id2label': {'0': 'cat', '5': 'dog'}}");

    FilesBeside beside = FilesBeside.of(model());

    assertThat(beside.hints()).isEmpty();
    assertThatThrownBy(beside::names)
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("config.json", "the indices of its 2 names");
  }

  @Test
  void configInWhichNothingIsNeeded_isNotRead() throws IOException {
    config("// not JSON");
    assertRefused("config.json", "not valid JSON");
    processor("{'image_processor_type': 'ViTImageProcessor'}");

    assertThat(chosen().fit()).isEqualTo(Fit.SQUASH);
    assertThatThrownBy(() -> FilesBeside.of(model()).names()).isInstanceOf(ModelException.class);
  }

  @Test
  void configOfAnotherTool_saysNothing() throws IOException {
    for (String json : List.of("[1]", "{'name': 'tool', 'mean': 3}", "'text'")) {
      config(json);
      assertThat(FilesBeside.of(model()).hints()).isEmpty();
      assertThat(FilesBeside.of(model()).names()).isEmpty();
    }
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(() -> FilesBeside.of(model()))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(parts);
  }

  private Preprocessing chosen() {
    return Choices.of(FilesBeside.of(model()).hints()).preprocessing();
  }

  private Path model() {
    return folder.resolve("model.onnx");
  }

  private void processor(String json) throws IOException {
    Files.writeString(folder.resolve("preprocessor_config.json"), json.replace('\'', '"'));
  }

  private void config(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json.replace('\'', '"'));
  }

  private static List<Float> half() {
    return Collections.nCopies(3, 0.5f);
  }

  private static Preprocessing preprocessing(
      int size,
      int resize,
      Fit fit,
      Interpolation interpolation,
      List<Float> mean,
      List<Float> std) {
    return new Preprocessing(
        size,
        size,
        resize,
        fit,
        interpolation,
        Exif.APPLY,
        Channels.RGB,
        Preprocessing.UNIT_SCALE,
        mean,
        std);
  }
}
