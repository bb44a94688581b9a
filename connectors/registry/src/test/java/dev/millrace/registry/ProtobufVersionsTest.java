package dev.millrace.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.ProtobufRuntimes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Writes and reads predictions with each protobuf release that a user's build may contain. */
@Timeout(60)
class ProtobufVersionsTest {

  @TempDir private Path folder;

  /** Writes and reads a prediction, and prints it. */
  static final class Echo {
    public static void main(String[] arguments) throws IOException {
      System.out.println(ProtobufPredictions.read(ProtobufPredictions.bytes(prediction()), 0));
    }
  }

  private static Prediction prediction() {
    return new Prediction(
        "cats/1.jpg",
        new Prediction.Model("m", 3, "ab12"),
        "cat",
        0.75f,
        List.of(new Prediction.Top(1, "cat", 0.75f)),
        Probabilities.of(0.25f, 0.75f),
        new Prediction.Source("images", 2, 42));
  }

  static List<Path> runtimes() throws IOException {
    return ProtobufRuntimes.jars();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void prediction_isWrittenAndReadWithTheProtobufThatAUserBrings(Path runtime) throws Exception {
    List<String> output =
        ChildJvm.run(
            folder,
            ChildJvm.command(
                ProtobufRuntimes.classPathWith(runtime), Echo.class, List.of(), List.of()));

    assertThat(output).containsExactly(prediction().toString());
  }
}
