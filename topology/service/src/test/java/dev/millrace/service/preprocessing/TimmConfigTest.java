package dev.millrace.service.preprocessing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import dev.millrace.core.model.ModelException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the reading of timm's configurations. The files {@code data/config.py} and {@code
 * data/transforms_factory.py} of timm define the expected results.
 */
class TimmConfigTest {

  @TempDir private Path folder;
  private ModelFolder files;

  @BeforeEach
  void open() {
    files = new ModelFolder(folder);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'architecture': 'resnet50'",
        "'input_size': null, 'interpolation': '', 'crop_pct': null, 'crop_mode': null, 'mean': [],"
            + " 'std': null"
      })
  void missingKeys_haveTimmsDefaults(String keys) {
    files.config("{'pretrained_cfg': {" + keys + "}}");

    assertThat(files.chosen().resize()).isEqualTo(256);
    assertThat(files.chosen().interpolation()).isEqualTo(Interpolation.BICUBIC);
    assertThat(files.choice().lines())
        .contains(
            "preprocessing from "
                + folder.resolve("config.json")
                + " (timm's defaults): size 224, fit crop, resize 256, interpolation bicubic, mean"
                + " 0.485, 0.456, 0.406, std 0.229, 0.224, 0.225");
  }

  @Test
  void cropPctAboveOne_isRefusedBecauseItPads() {
    files.config("{'pretrained_cfg': {'input_size': [3, 224, 224], 'crop_pct': 1.15}}");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.choice())
        .withMessageContainingAll(
            "config.json", "to 194 pixels (crop_pct is 1.15) and pads to 224", "--fit");
    HintsBuilder options = new HintsBuilder("options");
    options.fit = Fit.CROP;
    options.cropPct = 1.0;
    assertThat(files.chosen(options).resize()).isEqualTo(224);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'input_size': [3, 0, 0]",
        "'input_size': [3, '224', 'abc']",
        "'input_size': [5, 224, 224]",
        "'input_size': 224",
        "'crop_pct': -1",
        "'crop_pct': 0.001",
        "'crop_pct': 'most'",
        "'mean': [0.5, 0.5]",
        "'std': [0, 0, 0]",
        "'interpolation': 'random'"
      })
  void valueThatIsWrong_isAnErrorOfTheFile(String key) {
    files.config("{'pretrained_cfg': {" + key + "}}");

    assertThatThrownBy(() -> files.choice())
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(
            folder.resolve("config.json").toString(), key.replaceAll("'(\\w+)'.*", "$1"));
  }

  @Test
  void sizeOfTests_isNotUsed_andSaidSo() {
    files.config(
        "{'pretrained_cfg': {'input_size': [3, 224, 224], 'test_input_size': [3, 288, 288],"
            + " 'crop_pct': 0.95, 'test_crop_pct': 1.0}}");

    assertThat(files.chosen().width()).isEqualTo(224);
    assertThat(files.choice().lines())
        .anyMatch(
            line ->
                line.contains("config.json (not its test_input_size and test_crop_pct): size 224"));
  }

  @Test
  void wrapper_mayHoldTheConfigurationItself() {
    String cfg =
        "'pretrained_cfg': {'input_size': [3, %d, %1$d], 'crop_mode': 'squash', 'crop_pct': 1.0}";
    files.processor(
        "{'image_processor_type': 'TimmWrapperImageProcessor', " + cfg.formatted(96) + "}");
    assertThat(files.chosen().width()).isEqualTo(96);
    files.config("{'architecture': 'resnet50', " + cfg.formatted(128) + "}");
    assertThat(files.chosen().width()).isEqualTo(128);
    files.config("{'model_type': 'timm_wrapper'}");
    assertThat(files.chosen().width()).isEqualTo(96);
  }

  @Test
  void wrapperWithoutAConfiguration_isRefused() {
    files.processor("{'image_processor_type': 'TimmWrapperImageProcessor'}");

    assertThatThrownBy(() -> files.beside())
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("TimmWrapperImageProcessor", "pretrained_cfg");
  }

  @Test
  void names_mayBeInThePretrainedCfg() {
    files.config("{'pretrained_cfg': {'label_names': ['cat', 'dog']}}");

    assertThat(files.beside().names().orElseThrow().labels().names()).containsExactly("cat", "dog");
  }

  /**
   * For an input that is not square, timm resizes an image until it covers both sides. A crop pct
   * alone does not determine such a resize.
   */
  @Test
  void cropPctOfAnInputThatIsNotSquare_isRefused() {
    HintsBuilder options = new HintsBuilder("options");
    options.width = 192;
    options.height = 48;
    options.cropPct = 0.875;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.chosen(options))
        .withMessageContainingAll("crop-pct", "not square", "--resize");
    options.cropPct = null;
    options.resize = 219;

    assertThat(files.chosen(options).resize()).isEqualTo(219);
  }
}
