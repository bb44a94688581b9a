package dev.millrace.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A third-party component that is inside a jar although the jar does not contain the component's
 * licence. Each line of {@code components.tsv} describes one component.
 *
 * @param artifact the Maven artifact that contains the component
 * @param libraries pattern of the file names of the native libraries that contain the component;
 *     null if the component is Java code of the artifact
 * @param name the component's name
 * @param licence SPDX identifier of the component's licence
 * @param copyright the component's copyright notice
 */
record KnownComponent(
    String artifact, Pattern libraries, String name, String licence, String copyright) {

  private static final int COLUMNS = 5;

  /** Reads all lines of {@code components.tsv}. */
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
   * Reads a line of the table.
   *
   * @throws IllegalArgumentException if the line does not have five columns
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

  /** Returns whether a jar contains this component. */
  boolean isIn(BundledJar jar) {
    return artifact.equals(jar.artifact())
        && (isJavaCode() || jar.libraries().stream().anyMatch(this::isIn));
  }

  /** Returns whether this component is Java code, and not part of a native library. */
  boolean isJavaCode() {
    return libraries == null;
  }

  /** Returns whether the native library with this file name contains this component. */
  boolean isIn(String library) {
    return libraries != null && libraries.matcher(library).matches();
  }
}
