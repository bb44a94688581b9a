package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.core.model.Device;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that batches can finish while the JVM shuts down, in parallel with ONNX Runtime's shutdown
 * hook.
 */
class ShutdownTest {

  private static final long TWO_SECONDS = 2_000_000_000L;

  /** Loads and runs a model for two seconds in a shutdown hook, then prints {@code done}. */
  static final class Main {
    public static void main(String[] args) {
      OrtLibrary.environment();
      Runtime.getRuntime().addShutdownHook(new Thread(Main::runOn));
    }

    private static void runOn() {
      long end = System.nanoTime() + TWO_SECONDS;
      try {
        while (System.nanoTime() < end) {
          loadAndRun();
        }
        System.out.println("done");
      } catch (OrtException | RuntimeException e) {
        System.out.println(e);
      }
    }

    private static void loadAndRun() throws OrtException {
      OnnxGraph graph = new OnnxGraph("smallest");
      String input = graph.input(Tensor.value("x", DataType.FLOAT, Tensor.BATCH, 1));
      graph.node("Relu", "y", List.of(input));
      graph.output(Tensor.value("y", DataType.FLOAT, Tensor.BATCH, 1));
      try (OrtSession session = OrtSessions.open(graph.model().toByteArray(), Device.CPU);
          OnnxTensor value =
              OnnxTensor.createTensor(
                  OrtLibrary.environment(), FloatBuffer.wrap(new float[] {1}), new long[] {1, 1})) {
        session.run(Map.of("x", value)).close();
      }
    }
  }

  @TempDir private Path folder;

  @Test
  void sessions_runUntilTheJvmIsGone() throws Exception {
    Path errors = folder.resolve("errors");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName())
            .redirectError(errors.toFile()) // newer JVMs also write warnings to this file
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor()).as(output + Files.readString(errors)).isZero();
    assertThat(output.strip()).isEqualTo("done");
  }
}
