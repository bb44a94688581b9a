package dev.millrace.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A component of a jar whose licence the jar does not hold: a line of {@code components.tsv}.
 *
 * @param artifact the Maven artifact that holds it
 * @param libraries file names of the native libraries that it is in, or null for the Java code
 * @param name the component
 * @param licence SPDX identifier of its licence
 * @param copyright its copyright notice
 */
record KnownComponent(
    String artifact, Pattern libraries, String name, String licence, String copyright) {

  private static final int COLUMNS = 5;

  /** Reads the project's own table. */
  static List<KnownComponent> all() throws IOException {
    try (InputStream in = KnownComponent.class.getResourceAsStream("components.tsv");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(KnownComponent::parse)
          .toList();
    }
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it has another number of columns
   */
  static KnownComponent parse(String line) {
    String[] cells = line.split("\t", -1);
    if (cells.length != COLUMNS) {
      throw new IllegalArgumentException(
          "components.tsv: '" + line + "' has " + cells.length + " columns; give it " + COLUMNS);
    }
    Pattern libraries = cells[1].equals("-") ? null : Pattern.compile(cells[1]);
    return new KnownComponent(cells[0], libraries, cells[2], cells[3], cells[4]);
  }

  /** Whether it is in a jar. */
  boolean isIn(BundledJar jar) {
    return artifact.equals(jar.artifact())
        && (isJavaCode() || jar.libraries().stream().anyMatch(this::isIn));
  }

  /** Whether it is the artifact's Java code. */
  boolean isJavaCode() {
    return libraries == null;
  }

  /** Whether it is in the native library of this file name. */
  boolean isIn(String library) {
    return libraries != null && libraries.matcher(library).matches();
  }
}
