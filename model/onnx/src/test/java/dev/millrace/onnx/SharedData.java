package dev.millrace.onnx;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Real models and their golden answers, which lie beside the project where they are available. */
final class SharedData {

  private SharedData() {}

  /** A file of it; the test is skipped where it is absent. */
  static Path file(String name) {
    Path file = Path.of(System.getProperty("millrace.root"), "../shared/data", name).normalize();
    assumeTrue(Files.exists(file), () -> "skipped: there is no " + file);
    return file;
  }
}
