package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** ONNX Runtime leaves nothing in the temporary folder, even after a kill. */
@DisabledOnOs(OS.WINDOWS)
class UnpackedLibraryTest {

  /**
   * Opens a session, prints {@code ready} or the error message, and exits at the end of its
   * standard input.
   */
  static final class Main {
    public static void main(String[] args) throws Exception {
      OnnxGraph graph = new OnnxGraph("smallest");
      String input = graph.input(Tensor.value("x", DataType.FLOAT, Tensor.BATCH, 1));
      graph.node("Relu", "y", List.of(input));
      graph.output(Tensor.value("y", DataType.FLOAT, Tensor.BATCH, 1));
      try {
        OrtSessions.open(graph.model().toByteArray(), Device.CPU).close();
        System.out.println("ready");
      } catch (ModelException e) {
        System.out.println(e.getMessage());
      }
      System.in.read();
    }
  }

  @TempDir private Path folder;

  @Test
  void endedProcess_leavesNothing() throws Exception {
    Process child = ready();

    child.getOutputStream().close();

    assertThat(child.waitFor()).isZero();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void killedProcess_leavesNothing() throws Exception {
    Process child = ready();

    child.destroyForcibly();

    assertThat(child.waitFor()).isNotZero();
    assertThat(leftovers()).isEmpty();
  }

  /**
   * The test first creates a folder like that of a process that was killed an hour ago, while it
   * unpacked the library.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void processKilledWhileItLoaded_isCleanedUpAfterByTheNext() throws Exception {
    Path stale = Files.createDirectory(folder.resolve("onnxruntime-java123"));
    Files.write(stale.resolve("libonnxruntime.so"), new byte[1 << 20]);
    FileTime anHourAgo = FileTime.from(Instant.now().minusSeconds(3600));
    Files.setLastModifiedTime(stale.resolve("libonnxruntime.so"), anHourAgo);
    Files.setLastModifiedTime(stale, anHourAgo);

    Process child = ready();
    child.getOutputStream().close();

    assertThat(child.waitFor()).isZero();
    assertThat(leftovers()).isEmpty();
  }

  /**
   * ONNX Runtime unpacks the first of its two libraries. The second library then cannot be loaded.
   */
  @Test
  void processWhoseLibraryDoesNotLoad_leavesNothing_evenIfKilled() throws Exception {
    Path broken = Files.write(folder.resolve("broken.so"), new byte[100]);
    Process child = start("-Donnxruntime.native.onnxruntime4j_jni.path=" + broken);

    assertThat(child.inputReader().readLine()).contains("cannot be loaded");
    child.destroyForcibly();

    assertThat(child.waitFor()).isNotZero();
    assertThat(leftovers()).isEmpty();
  }

  private List<Path> leftovers() throws Exception {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().contains("onnxruntime")).toList();
    }
  }

  private Process ready() throws Exception {
    assumeThat(System.getProperty("onnxruntime.native.path")).isNull();
    Process child = start("-Dmillrace.option=none");
    BufferedReader lines = child.inputReader();
    assertThat(lines.readLine()).isEqualTo("ready");
    return child;
  }

  private Process start(String option) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + folder,
            option,
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
