package dev.millrace.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Other versions of protobuf's Java runtime. A user's build may put one of these versions on the
 * class path instead of Millrace's version. The build of the module under test copies the jars of
 * these versions to {@code target/protobuf-runtimes}.
 */
public final class ProtobufRuntimes {

  private static final Path FOLDER = Path.of("target", "protobuf-runtimes");

  private ProtobufRuntimes() {}

  /** Returns the jars of the other versions, sorted by name. */
  public static List<Path> jars() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  /**
   * Returns this JVM's class path, with Millrace's version of the protobuf runtime replaced by
   * {@code jar}.
   */
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
