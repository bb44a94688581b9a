package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The class path of the tests with another version of Kafka Streams. */
final class OtherKafka {

  /** The build copies the jars of the other versions into this folder. */
  private static final Path JARS =
      Path.of(System.getProperty("millrace.root", "../.."), "topology/plugin/target/other-kafka");

  private static final List<String> ARTIFACTS = List.of("kafka-streams", "kafka-clients");

  private OtherKafka() {}

  /** Returns the newest patches of the other versions, oldest first, for example 3.9.2. */
  static List<String> versions() {
    String[] jars = JARS.toFile().list((folder, name) -> name.matches("kafka-clients-.*\\.jar"));
    assertThat(jars).as("%s; the plugin's tests copy the jars", JARS).isNotNull();
    return Arrays.stream(jars)
        .map(name -> name.replaceAll("kafka-clients-(.*)\\.jar", "$1"))
        .sorted()
        .toList();
  }

  /** Returns the tests' class path with the jars of another version in place of Kafka's clients. */
  static String classPath(String version) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(
            entry ->
                ARTIFACTS.stream()
                    .filter(artifact -> isJarOf(entry, artifact))
                    .findFirst()
                    .map(artifact -> jar(artifact, version).toString())
                    .orElse(entry))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static boolean isJarOf(String entry, String artifact) {
    return Path.of(entry).getFileName().toString().matches(artifact + "-\\d[\\d.]*\\.jar");
  }

  private static Path jar(String artifact, String version) {
    Path jar = JARS.resolve(artifact + "-" + version + ".jar").toAbsolutePath();
    assertThat(Files.isRegularFile(jar)).as(jar.toString()).isTrue();
    return jar;
  }
}
