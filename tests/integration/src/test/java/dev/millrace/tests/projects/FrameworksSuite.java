package dev.millrace.tests.projects;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Resolves the dependencies of a project that imports a framework's bill of materials and uses the
 * plugin. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=examples -Dquick verify
 * </pre>
 */
@Tag("nightly")
@Tag("examples")
@ExtendWith(InstalledMillrace.class)
class FrameworksSuite {

  private static final String LIST = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:list";
  private static final Pattern ARTIFACT =
      Pattern.compile(
          "^ +(\\S+?):(\\S+?):jar(?::(\\S+?))?:([^:\\s]+):(?:compile|runtime)\\b.*$",
          Pattern.MULTILINE);

  /**
   * Groups of the artifacts that the plugin may bring: Kafka, metrics, tracing, JSON and native
   * libraries, with their dependencies.
   */
  private static final Set<String> GROUPS =
      Set.of(
          "at.yawk.lz4",
          "com.fasterxml.jackson.core",
          "com.github.luben",
          "com.google.protobuf",
          "com.microsoft.onnxruntime",
          "dev.millrace",
          "io.micrometer",
          "io.opentelemetry",
          "org.apache.kafka",
          "org.bytedeco",
          "org.hdrhistogram",
          "org.jspecify",
          "org.latencyutils",
          "org.rocksdb",
          "org.slf4j",
          "org.xerial.snappy");

  /** An artifact on the class path of a project. The classifier is null for a plain jar. */
  private record Artifact(String group, String name, String classifier, String version) {}

  @TempDir Path project;

  /**
   * Returns the bills of materials of frameworks, in the newest patches of the supported versions.
   * The first one is Millrace's own bill of materials, which manages no versions of other
   * libraries.
   */
  static List<Arguments> frameworks() throws IOException {
    return List.of(
        Arguments.of("dev.millrace", "millrace-bom", UserRepository.version()),
        Arguments.of("org.springframework.boot", "spring-boot-dependencies", "3.5.16"),
        Arguments.of("org.springframework.boot", "spring-boot-dependencies", "4.0.9"),
        Arguments.of("org.springframework.boot", "spring-boot-dependencies", "4.1.2"),
        Arguments.of("io.quarkus.platform", "quarkus-bom", "3.34.6"));
  }

  @ParameterizedTest
  @MethodSource("frameworks")
  void dependencies_converge(String group, String bom, String version, UserRepository repository)
      throws Exception {
    lay(group, bom, version);

    repository.maven(project, "validate");

    Set<Artifact> artifacts = artifacts(repository);
    assertThat(artifacts).extracting(Artifact::group).isSubsetOf(GROUPS);
    assertThat(names(artifacts, "org.apache.kafka"))
        .containsExactlyInAnyOrder("kafka-clients", "kafka-streams");
    assertThat(names(artifacts, "dev.millrace"))
        .containsExactlyInAnyOrder(
            "millrace-control",
            "millrace-core",
            "millrace-decode",
            "millrace-events",
            "millrace-kafka-streams",
            "millrace-onnx",
            "millrace-triton");
    requireNativesOfThisMachine(artifacts);
    System.out.printf("| %s %s | %s |%n", bom, version, versions(artifacts));
  }

  private void lay(String group, String bom, String version) throws IOException {
    Files.writeString(
        project.resolve("pom.xml"),
        Templates.read("frameworks-pom.xml")
            .replace("MILLRACE", UserRepository.version())
            .replace("GROUP", group)
            .replace("BOM", bom)
            .replace("VERSION", version));
  }

  private Set<Artifact> artifacts(UserRepository repository) throws Exception {
    Path list = project.resolve("list.txt");
    repository.maven(project, LIST, "-DoutputFile=" + list);
    return ARTIFACT
        .matcher(Files.readString(list))
        .results()
        .map(a -> new Artifact(a.group(1), a.group(2), a.group(3), a.group(4)))
        .collect(toSet());
  }

  private static Set<String> names(Set<Artifact> artifacts, String group) {
    return artifacts.stream()
        .filter(artifact -> artifact.group().equals(group))
        .map(Artifact::name)
        .collect(toSet());
  }

  /**
   * Requires that only OpenCV and its dependencies bring native jars, and only for this platform.
   */
  private static void requireNativesOfThisMachine(Set<Artifact> artifacts) {
    Set<Artifact> natives =
        artifacts.stream().filter(artifact -> artifact.classifier() != null).collect(toSet());
    assertThat(natives)
        .extracting(Artifact::name)
        .containsExactlyInAnyOrder("javacpp", "openblas", "opencv");
    assertThat(natives).extracting(Artifact::classifier).containsOnly(Loader.getPlatform());
  }

  /** Returns the versions that the framework chose for the libraries that Millrace uses. */
  private static String versions(Set<Artifact> artifacts) {
    return artifacts.stream()
        .filter(
            artifact ->
                Set.of(
                        "kafka-streams",
                        "micrometer-core",
                        "opentelemetry-api",
                        "jackson-databind",
                        "protobuf-java",
                        "slf4j-api")
                    .contains(artifact.name()))
        .map(artifact -> artifact.name() + " " + artifact.version())
        .sorted()
        .toList()
        .toString();
  }
}
