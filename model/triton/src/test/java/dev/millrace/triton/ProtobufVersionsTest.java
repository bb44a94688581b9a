package dev.millrace.triton;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelRepository;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A user's build may bring another protobuf than ours: a Triton repository is read with each. */
@Timeout(60)
class ProtobufVersionsTest {

  private static final Path RUNTIMES = Path.of("target", "protobuf-runtimes");

  @TempDir private Path folder;

  /**
   * Reads the repository that its argument names; prints what it found, and writes nothing else.
   */
  static final class Reader {
    public static void main(String[] arguments) {
      System.out.println(found(Path.of(arguments[0])));
    }
  }

  static Stream<Path> runtimes() throws IOException {
    try (Stream<Path> jars = Files.list(RUNTIMES)) {
      return jars.filter(jar -> jar.toString().endsWith(".jar")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void repository_isReadWithTheProtobufThatAUserBrings(Path runtime) throws Exception {
    Path home = folder.resolve("squirrel");
    Files.writeString(Files.createDirectories(home.resolve("1")).resolve("model.onnx"), "a model");
    Files.writeString(home.resolve("labels.txt"), "red\ngrey\n");
    Files.writeString(
        home.resolve("config.pbtxt"),
        """
        # Comments, lists, and fields that the schema does not name.
        name: 'squirrel', max_batch_size: 16;
        input [ { name: "images", data_type: TYPE_FP32, format: FORMAT_NCHW, dims: [ 3, 64, 64 ] } ]
        output < label_filename: "labels" '.txt' >
        parameters: { key: "mean" value: { string_value: "0.5,0.4,0.3" } }
        """);

    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPathWith(runtime),
                Reader.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor()).isZero();
    assertThat(output.strip()).contains("size=64", "0.4").isEqualTo(found(folder));
  }

  private static String found(Path repository) {
    return new ModelRepository(repository, new TritonLayout())
        .newest("squirrel")
        .manifest()
        .toString();
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
