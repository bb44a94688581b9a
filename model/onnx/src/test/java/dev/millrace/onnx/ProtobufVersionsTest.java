package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.Weights;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A user's build may bring another protobuf than ours: ONNX files are read and written with each.
 */
@Timeout(120)
class ProtobufVersionsTest {

  private static final Path RUNTIMES = Path.of("target", "protobuf-runtimes");

  /** Writes, reads and prepares files; prints their checksums. */
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

  static Stream<Path> runtimes() throws IOException {
    try (Stream<Path> jars = Files.list(RUNTIMES)) {
      return jars.filter(jar -> jar.toString().endsWith(".jar")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void files_areReadAndWrittenWithTheProtobufThatAUserBrings(Path runtime) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPathWith(runtime),
                Writer.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor()).isZero();
    assertThat(output.strip()).isEqualTo(checksums());
  }

  /** This class path with another runtime in place of ours. */
  private static String classPathWith(Path runtime) {
    String classPath = System.getProperty("java.class.path");
    String ours =
        Stream.of(classPath.split(File.pathSeparator))
            .filter(entry -> Path.of(entry).getFileName().toString().startsWith("protobuf-java-"))
            .findFirst()
            .orElseThrow();
    return classPath.replace(ours, runtime.toAbsolutePath().toString());
  }
}
