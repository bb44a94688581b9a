package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.KafkaVersions;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the plugin's tests with the oldest and the newest supported version of Kafka Streams, and
 * with the version that Spring Boot brings. {@link OtherKafkaSuite} runs the tests with all
 * supported versions.
 */
class OtherKafkaTest {

  private static final String SPRING_BOOT = "4.1.";

  @TempDir Path folder;

  static Stream<String> versions() {
    List<String> others = KafkaVersions.others();
    return others.stream()
        .filter(
            version ->
                version.equals(others.get(0))
                    || version.startsWith(SPRING_BOOT)
                    || version.equals(others.get(others.size() - 1)));
  }

  @ParameterizedTest
  @MethodSource("versions")
  void tests_passWithAnotherVersion(String version) throws Exception {
    int passed = OtherKafkaRun.run(version, folder);

    assertThat(passed).isPositive();
  }
}
