package dev.millrace.distribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A jar in an archive of the distribution.
 *
 * @param name the file's name without {@code .jar}
 * @param artifact the Maven artifact's name
 * @param texts the licence texts and notices in the jar, by their paths in the jar
 * @param libraries file names of the native libraries in the jar, without duplicates
 */
record BundledJar(
    String name, String artifact, SortedMap<String, String> texts, List<String> libraries) {

  private static final Pattern TEXT =
      Pattern.compile(
          "(?i)(.*/)?([^/]*licen[cs]e|notice|copying|copyright|thirdparty)[^/]*"
              + "|(.*/)?licen[cs]es?/.*[^/]");

  private static final Pattern NOTICE = Pattern.compile("(?i)(.*/)?notice[^/]*");

  private static final Pattern NOT_TEXT = Pattern.compile("(?i).*\\.(class|xml|java)");

  private static final Pattern LIBRARY =
      Pattern.compile(".*?([^/]+\\.(so|dylib|dll|jnilib)(\\.[0-9]+)*)");

  /** Reads the licence texts and the names of the native libraries from a jar. */
  static BundledJar read(Path file, String artifact) throws IOException {
    SortedMap<String, String> texts = new TreeMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      List<String> names = zip.stream().map(ZipEntry::getName).toList();
      for (String name : names) {
        if (TEXT.matcher(name).matches() && !NOT_TEXT.matcher(name).matches()) {
          byte[] bytes = zip.getInputStream(zip.getEntry(name)).readAllBytes();
          texts.put(name, new String(bytes, StandardCharsets.UTF_8));
        }
      }
      List<String> libraries =
          names.stream()
              .map(LIBRARY::matcher)
              .filter(Matcher::matches)
              .map(matcher -> matcher.group(1))
              .distinct()
              .sorted()
              .toList();
      String name = file.getFileName().toString().replaceFirst("\\.jar$", "");
      return new BundledJar(name, artifact, texts, libraries);
    }
  }

  /** Returns whether the text with this path is a notice and not a licence. */
  static boolean isNotice(String path) {
    return NOTICE.matcher(path).matches();
  }

  /** Returns whether the jar contains a licence text. */
  boolean hasLicence() {
    return texts.keySet().stream().anyMatch(path -> !isNotice(path));
  }
}
