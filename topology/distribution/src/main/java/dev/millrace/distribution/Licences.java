package dev.millrace.distribution;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes the licences and the notice of an archive. The build runs this program. */
public final class Licences {

  private Licences() {}

  /**
   * Collects the licences of the jars that a bill of materials lists. The jars must be on the class
   * path.
   *
   * @param args four or five paths: the folder to write {@code licences} and {@code NOTICE} to; the
   *     project's own notice; the folder of standard texts; the bill of materials; and optionally
   *     the bill of materials of another archive. Jars of that other archive are left out
   * @throws IllegalStateException if a licence is unknown; the message has one line per problem
   */
  public static void main(String[] args) throws IOException {
    Path out = Path.of(args[0]);
    Map<String, Sbom.Component> bundled = Sbom.read(Path.of(args[3]));
    if (args.length > 4) {
      bundled.keySet().removeAll(Sbom.read(Path.of(args[4])).keySet());
    }
    LicenceFolder licences =
        new LicenceFolder(KnownComponent.all(), new StandardTexts(Path.of(args[2])));
    collect(bundled, classPath(System.getProperty("java.class.path")), licences);
    licences.write(out.resolve("licences"));
    Files.writeString(
        out.resolve("NOTICE"), Files.readString(Path.of(args[1])) + licences.notices());
  }

  /**
   * Adds the jars to the licences.
   *
   * @param bundled the jars to add, by their file names
   * @param files the paths of the jars, by their file names
   * @throws IllegalStateException if {@code files} does not contain the path of a jar in {@code
   *     bundled}, or if a licence is unknown
   */
  static void collect(
      Map<String, Sbom.Component> bundled, Map<String, Path> files, LicenceFolder licences)
      throws IOException {
    for (Map.Entry<String, Sbom.Component> entry : bundled.entrySet()) {
      Path file = files.get(entry.getKey());
      if (file == null) {
        throw new IllegalStateException(entry.getKey() + " is not on the class path");
      }
      Sbom.Component component = entry.getValue();
      licences.add(BundledJar.read(file, component.artifact()), component.licences());
    }
    List<String> problems = licences.problems();
    if (!problems.isEmpty()) {
      throw new IllegalStateException("unknown licences:\n" + String.join("\n", problems));
    }
  }

  private static Map<String, Path> classPath(String elements) {
    Map<String, Path> files = new HashMap<>();
    Arrays.stream(elements.split(Pattern.quote(File.pathSeparator), -1))
        .map(Path::of)
        .filter(file -> file.toString().endsWith(".jar"))
        .forEach(file -> files.put(file.getFileName().toString(), file));
    return files;
  }
}
