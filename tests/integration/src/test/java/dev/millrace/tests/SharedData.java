package dev.millrace.tests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Real weights and images, which lie beside the project where they exist at all. */
final class SharedData {

  private static final Path ROOT =
      Path.of(System.getProperty("millrace.root", "../..")).resolve("../shared/data").normalize();

  private SharedData() {}

  /** A file of theirs; skips the test where there is none. */
  static Path file(String name) {
    Path file = ROOT.resolve(name);
    assumeTrue(Files.exists(file), "skipped: " + name + " is not in ../shared/data");
    return file;
  }

  /** Unpacks an archive and returns its files by their path inside the top folder. */
  static Map<String, byte[]> unpack(String archive, Path into) throws Exception {
    Process tar =
        new ProcessBuilder(
                "tar",
                "-xf",
                file(archive).toString(),
                "-C",
                into.toString(),
                "--strip-components=1")
            .inheritIO()
            .start();
    if (tar.waitFor() != 0) {
      throw new IOException("tar could not unpack " + archive);
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (Stream<Path> walk = Files.walk(into)) {
      for (Path path : walk.filter(Files::isRegularFile).sorted().toList()) {
        files.put(into.relativize(path).toString(), Files.readAllBytes(path));
      }
    }
    return files;
  }

  /** The rows of a table, without its header. */
  static List<String[]> rows(String name, String separator) throws IOException {
    return Files.readAllLines(file(name)).stream()
        .skip(1)
        .map(line -> line.split(separator, -1))
        .toList();
  }
}
