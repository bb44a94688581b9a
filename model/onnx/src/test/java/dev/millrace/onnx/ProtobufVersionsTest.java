package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.Weights;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.ProtobufRuntimes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads and writes ONNX files with each protobuf release that a user's build may contain. */
@Timeout(120)
class ProtobufVersionsTest {

  @TempDir private Path folder;

  /** Writes, reads and prepares ONNX files, and prints the files' checksums. */
  static final class Writer {
    public static void main(String[] arguments) {
      System.out.println(checksums());
    }
  }

  private static String checksums() {
    ResNet network = ResNet.of("resnet20");
    byte[] written = ResNetOnnx.write(network, HeInitialization.of(network, 1));
    Weights read = OnnxWeights.read(written);
    byte[] prepared =
        ModelPreparation.prepare(
                SmallModel.nchw().bytes(), SmallModel.PREPROCESSING, SmallModel.LABELS)
            .bytes();
    return Sha256.of(written) + " " + read.tensors().size() + " " + Sha256.of(prepared);
  }

  static List<Path> runtimes() throws IOException {
    return ProtobufRuntimes.jars();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void files_areReadAndWrittenWithTheProtobufThatAUserBrings(Path runtime) throws Exception {
    List<String> output =
        ChildJvm.run(
            folder,
            ChildJvm.command(
                ProtobufRuntimes.classPathWith(runtime), Writer.class, List.of(), List.of()));

    assertThat(output).containsExactly(checksums());
  }
}
