package dev.millrace.tests.projects;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Files of the projects, with placeholders in capitals. */
final class Templates {

  private Templates() {}

  static String read(String name) throws IOException {
    try (InputStream in = Templates.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
