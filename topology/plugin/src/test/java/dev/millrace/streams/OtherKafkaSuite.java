package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.KafkaVersions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the plugin's tests with each supported version of Kafka Streams. Runs only with the profile
 * {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=kafka -Dquick verify
 * </pre>
 */
@Tag("nightly")
@Tag("kafka")
class OtherKafkaSuite {

  @TempDir Path folder;

  static List<String> versions() {
    return KafkaVersions.all();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void tests_passWithEachVersion(String version) throws Exception {
    int passed = OtherKafkaRun.run(version, folder);

    assertThat(passed).isPositive();
  }
}
