package dev.millrace.service.preprocessing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.image.Preprocessing.Fit;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObstacleTest {

  @TempDir private Path folder;
  private ModelFolder files;
  private final HintsBuilder options = new HintsBuilder("options");

  @BeforeEach
  void open() {
    files = new ModelFolder(folder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "'CLIPImageProcessor', 'do_resize': false | do_resize is false",
        "'DeiTImageProcessor' | squashes images to 256x256 pixels and then crops 224x224",
        "'PerceiverImageProcessor' | crops images before it resizes them",
        "'ViTImageProcessor', 'size': {'shortest_edge': 224} | crops nothing",
        "'ViTImageProcessor', 'size': {'longest_edge': 224} | not supported by Millrace",
        "'PoolFormerImageProcessor', 'size': {'height': 90, 'width': 180} | squashes images to"
            + " 100x200"
      })
  void fitThatMillraceDoesNotHave_isRefused(String processor, String words) {
    files.processor("{'image_processor_type': " + processor + "}");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.chosen(options))
        .withMessageContainingAll(folder.toString(), words, "--fit");
  }

  /**
   * The size 256 in the file is the side to which images are squashed. The resize before a crop is
   * therefore unknown.
   */
  @Test
  void crop_needsAResizeThatNoObstacleSays() {
    files.processor("{'image_processor_type': 'DeiTImageProcessor'}");
    options.fit = Fit.CROP;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.chosen(options))
        .withMessageEndingWith("; give --resize");
    options.resize = 256;

    assertThat(files.chosen(options).size()).isEqualTo("224x224");
    assertThat(files.chosen(options).resize()).isEqualTo(256);
  }

  @Test
  void squash_needsASize() {
    files.processor(
        "{'image_processor_type': 'ViTImageProcessor', 'size': {'shortest_edge': 224}}");
    options.fit = Fit.SQUASH;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.chosen(options))
        .withMessageEndingWith("; give --size");
    options.width = 160;

    assertThat(files.chosen(options).size()).isEqualTo("160x160");
  }
}
