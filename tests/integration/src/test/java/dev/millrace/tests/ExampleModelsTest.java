package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests that the model files in {@code topology/examples} are the networks that this class
 * describes. With {@code -Dmillrace.examples.write=true}, writes the files instead.
 */
class ExampleModelsTest {

  private static final Path EXAMPLES =
      Path.of(System.getProperty("millrace.root", "../.."), "topology/examples");

  /**
   * Returns a network with the classes red, green and blue. The logit of a class is a multiple of
   * the mean of the class's colour.
   */
  private static byte[] colours(float factor) {
    return MeanColourNetwork.write(
        List.of(factor, 0f, 0f, 0f, factor, 0f, 0f, 0f, factor), List.of(0f, 0f, 0f));
  }

  /**
   * Returns a network with the classes dark and bright. An image is bright if the mean of its three
   * colours is above 0.5.
   */
  private static byte[] brightness() {
    return MeanColourNetwork.write(List.of(0f, 8f, 0f, 8f, 0f, 8f), List.of(12f, 0f));
  }

  static List<Arguments> models() {
    return List.of(
        Arguments.of("plain-java/models/colours/1/model.onnx", colours(8)),
        Arguments.of("spring-boot/models/colours/1/model.onnx", colours(8)),
        Arguments.of("spring-boot/models/colours/2/model.onnx", colours(12)),
        Arguments.of("quarkus/models/colours/1/model.onnx", colours(8)),
        Arguments.of("quarkus/models/brightness/1/model.onnx", brightness()));
  }

  @ParameterizedTest
  @MethodSource("models")
  void file_isTheNetwork(String file, byte[] network) throws Exception {
    Path path = EXAMPLES.resolve(file);
    if (Boolean.getBoolean("millrace.examples.write")) {
      Files.createDirectories(path.getParent());
      Files.write(path, network);
    }
    assertThat(path).hasBinaryContent(network);
  }
}
