package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import ai.onnxruntime.OrtEnvironment;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the message for a library that cannot be loaded, and guards against an update to ONNX
 * Runtime 1.29. When ONNX Runtime 1.29 is loaded, it sends a description of the process, and it
 * crashes the JVM if the process has a long command line.
 */
class OrtLibraryTest {

  @TempDir Path folder;

  /** Loads the library in a separate JVM. */
  static final class Load {
    public static void main(String[] args) {
      System.out.println(OrtLibrary.environment().getVersion());
    }
  }

  @Test
  @Timeout(60)
  void environment_longCommandLine_loads() throws Exception {
    assertThat(load("x".repeat(100_000))).contains(OrtLibrary.environment().getVersion());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @Timeout(60)
  void environment_removesWhatAKilledProcessLeft() throws Exception {
    Path leftover = Files.createDirectory(folder.resolve(StaleLibraries.PREFIX + "1"));
    Files.setLastModifiedTime(leftover, FileTime.fromMillis(0));

    assertThat(load("x")).contains(OrtLibrary.environment().getVersion());

    assertThat(leftover).doesNotExist();
  }

  /** Loads the library in a separate JVM, and returns what that JVM prints. */
  private String load(String argument) throws Exception {
    File output = folder.resolve("output").toFile();
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "-Djava.io.tmpdir=" + folder,
                Load.class.getName(),
                argument)
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    assertThat(java.waitFor(50, TimeUnit.SECONDS)).isTrue();
    assertThat(java.exitValue()).as(() -> contentOf(output)).isZero();
    return contentOf(output);
  }

  @Test
  void folderMountedNoexec_isNamedWithTheOptionThatChoosesAnother() {
    assertThat(
            OrtLibrary.explain(
                new UnsatisfiedLinkError(
                    "/t/libonnxruntime.so: /t/libonnxruntime.so: failed to map segment from shared"
                        + " object")))
        .hasLineCount(1)
        .contains(System.getProperty("java.io.tmpdir") + " forbids loading native libraries")
        .contains("noexec", "-Djava.io.tmpdir=DIR", "JDK_JAVA_OPTIONS");
  }

  @Test
  void nativeLibrary_hasNoTelemetry() throws IOException {
    try (InputStream library =
        OrtEnvironment.class.getResourceAsStream(
            "/ai/onnxruntime/native/linux-x64/libonnxruntime.so")) {
      String bytes = new String(library.readAllBytes(), StandardCharsets.ISO_8859_1);

      assertThat(bytes.contains("DISABLE_TELEMETRY")).isFalse();
      assertThat(bytes.contains("events.data.microsoft.com")).isFalse();
    }
  }
}
