package dev.millrace.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The versions of protobuf's runtime that a user's build may bring in place of ours. The module's
 * build lays them into {@code target/protobuf-runtimes}.
 */
public final class ProtobufRuntimes {

  private static final Path FOLDER = Path.of("target", "protobuf-runtimes");

  private ProtobufRuntimes() {}

  /** Their jars, by name. */
  public static List<Path> jars() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  /** This JVM's class path with another runtime in place of ours. */
  public static String classPathWith(Path jar) {
    String classPath = System.getProperty("java.class.path");
    String ours =
        Stream.of(classPath.split(File.pathSeparator))
            .filter(entry -> Path.of(entry).getFileName().toString().startsWith("protobuf-java-"))
            .findFirst()
            .orElseThrow();
    return classPath.replace(ours, jar.toAbsolutePath().toString());
  }
}
