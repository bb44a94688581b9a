package dev.millrace.testing;

import java.io.File;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The versions of Kafka Streams that the plugin supports. A user's build may put one of them on the
 * class path instead of the version that the plugin is compiled with. The build of the plugin
 * copies the jars of the other versions to {@code topology/plugin/target/other-kafka}.
 */
public final class KafkaVersions {

  /** A version that is too old for the plugin. */
  public static final String TOO_OLD = "3.8.1";

  private static final Path JARS =
      Path.of(System.getProperty("millrace.root", "../.."), "topology/plugin/target/other-kafka");
  private static final Pattern JAR =
      Pattern.compile("(kafka-(?:streams|clients|streams-test-utils))-(\\d[\\d.]*)\\.jar");

  private KafkaVersions() {}

  /** Returns the newest patches of the supported versions, oldest first. */
  public static List<String> all() {
    return Stream.concat(others().stream(), Stream.of(ofTheBuild()))
        .sorted(KafkaVersions::compare)
        .toList();
  }

  /**
   * Returns the supported versions except the version that the plugin is compiled with, oldest
   * first.
   */
  public static List<String> others() {
    String[] names = JARS.toFile().list();
    if (names == null) {
      throw new IllegalStateException(JARS + " is missing; the build of the plugin makes it");
    }
    return Arrays.stream(names)
        .map(JAR::matcher)
        .filter(Matcher::matches)
        .map(jar -> jar.group(2))
        .filter(version -> !version.equals(TOO_OLD))
        .distinct()
        .sorted(KafkaVersions::compare)
        .toList();
  }

  /** Returns the version that the plugin is compiled with. It is on this JVM's class path. */
  public static String ofTheBuild() {
    return classPath()
        .map(KafkaVersions::jar)
        .filter(Matcher::matches)
        .map(jar -> jar.group(2))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Tests whether a version is older than another one.
   *
   * @param other the other version, which may be the beginning of a version, for example {@code
   *     4.2}
   */
  public static boolean isOlder(String version, String other) {
    return compare(version, other) < 0;
  }

  /**
   * Returns this JVM's class path, with the jars of the build's version of Kafka replaced by the
   * jars of another version.
   */
  public static String classPathWith(String version) {
    return classPath()
        .map(
            entry -> {
              Matcher jar = jar(entry);
              return jar.matches() && !jar.group(2).equals(version)
                  ? existing(jar.group(1) + "-" + version + ".jar")
                  : entry;
            })
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Stream<String> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator));
  }

  private static Matcher jar(String entry) {
    return JAR.matcher(Path.of(entry).getFileName().toString());
  }

  private static String existing(String name) {
    Path jar = JARS.resolve(name).toAbsolutePath().normalize();
    if (!Files.isRegularFile(jar)) {
      throw new IllegalStateException(jar + " is missing; the build of the plugin copies it");
    }
    return jar.toString();
  }

  private static int compare(String one, String another) {
    return Version.parse(one).compareTo(Version.parse(another));
  }
}
