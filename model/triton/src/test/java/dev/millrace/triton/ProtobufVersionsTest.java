package dev.millrace.triton;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelRepository;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.ProtobufRuntimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads a Triton repository with each protobuf release that a user's build may contain. */
@Timeout(60)
class ProtobufVersionsTest {

  @TempDir private Path folder;

  /** Reads the repository whose folder is the argument, and prints the result. */
  static final class Reader {
    public static void main(String[] arguments) {
      System.out.println(found(Path.of(arguments[0])));
    }
  }

  static List<Path> runtimes() throws IOException {
    return ProtobufRuntimes.jars();
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

    List<String> output =
        ChildJvm.run(
            folder,
            ChildJvm.command(
                ProtobufRuntimes.classPathWith(runtime),
                Reader.class,
                List.of(),
                List.of(folder.toString())));

    assertThat(output)
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("width=64", "0.4")
        .isEqualTo(found(folder));
  }

  private static String found(Path repository) {
    return new ModelRepository(repository, new TritonLayout())
        .newest("squirrel")
        .manifest()
        .toString();
  }
}
