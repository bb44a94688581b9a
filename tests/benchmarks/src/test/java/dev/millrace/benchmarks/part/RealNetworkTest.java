package dev.millrace.benchmarks.part;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.ResNetOnnx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RealNetworkTest {

  private static final String NAME = "resnet20";
  private static final ResNet NETWORK = ResNet.of(NAME);

  @TempDir private Path folder;

  private final Weights weights = HeInitialization.of(NETWORK, 7);

  @BeforeEach
  void writeClasses() throws IOException {
    Files.writeString(folder.resolve(NAME + ".txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {".safetensors", ".npz"})
  void weights_areExported(String ending) throws IOException {
    WeightsFile.write(folder.resolve(NAME + ending), weights);

    RealNetwork found = RealNetwork.in(Optional.of(folder), NAME).orElseThrow();

    assertThat(found.onnx(NETWORK)).isEqualTo(ResNetOnnx.write(NETWORK, weights, OnnxFormat.EXACT));
    assertThat(found.labels().size()).isEqualTo(10);
    assertThat(found.folder()).isEqualTo(folder.resolve(NAME));
  }

  @Test
  void exportedNetwork_isTakenAsItIs() throws IOException {
    Files.write(folder.resolve(NAME + ".onnx"), new byte[] {1, 2, 3});
    WeightsFile.write(folder.resolve(NAME + ".npz"), weights);

    RealNetwork found = RealNetwork.in(Optional.of(folder), NAME).orElseThrow();

    assertThat(found.onnx(NETWORK)).containsExactly(1, 2, 3);
  }

  @Test
  void folderWithoutTheNetwork_hasNone() {
    assertThat(RealNetwork.in(Optional.of(folder), "resnet50")).isEmpty();
    assertThat(RealNetwork.in(Optional.empty(), NAME)).isEmpty();
  }
}
