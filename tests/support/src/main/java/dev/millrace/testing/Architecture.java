package dev.millrace.testing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks architecture rules for the classes of one module. The module's packages must not depend on
 * each other in a cycle. They may depend only on packages that the module is allowed to use.
 */
public final class Architecture {

  /** Internal packages of Kafka Streams, which may change in any release. */
  private static final String KAFKA_STREAMS_INTERNALS =
      "org\\.apache\\.kafka\\.streams\\..*\\binternals\\b.*";

  /** A text with an option, a command or an environment variable of the command line. */
  private static final Pattern OPTION =
      Pattern.compile("\"[^\"\n]*(?:(?<![\\w-])--[a-z]|'millrace |MILLRACE_)[^\"\n]*\"");

  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);

  private final JavaClasses classes;

  private Architecture(JavaClasses classes) {
    this.classes = classes;
  }

  /**
   * Loads the main classes (not the test classes) of the calling module in a package and in all
   * packages below it.
   */
  public static Architecture of(String root) {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
            .withImportOption(location -> location.contains("/" + Architecture.module() + "/"))
            .importPackages(root);
    if (classes.isEmpty()) {
      throw new IllegalArgumentException("there is no class below " + root);
    }
    return new Architecture(classes);
  }

  private static String module() {
    return Path.of("").toAbsolutePath().getFileName().toString();
  }

  /** Fails if there is a dependency cycle between packages. */
  public Architecture hasNoPackageCycles() {
    SlicesRuleDefinition.slices()
        .assignedFrom(new EachPackage())
        .should()
        .beFreeOfCycles()
        .check(classes);
    return this;
  }

  /**
   * Fails if a text in the module's main sources names an option, a command or an environment
   * variable of the command line, because the module can also be used without it.
   */
  public Architecture namesNoOption() {
    List<String> named = new ArrayList<>();
    sources()
        .forEach(
            (file, text) ->
                OPTION
                    .matcher(text)
                    .results()
                    .forEach(found -> named.add(file + ": " + found.group())));
    if (!named.isEmpty()) {
      throw new AssertionError("these texts name the command line: " + named);
    }
    return this;
  }

  /**
   * Fails if a file of the module's main sources has too many lines of code. Blank lines, comments,
   * imports and the line of the package do not count.
   *
   * @param most the most lines that a file may have
   * @param median the largest median over all files
   */
  public Architecture hasShortFiles(int most, int median) {
    Map<String, Integer> lines = new TreeMap<>();
    sources().forEach((file, text) -> lines.put(file, lines(text)));
    List<Integer> sorted = lines.values().stream().sorted().toList();
    lines.values().removeIf(count -> count <= most);
    if (!lines.isEmpty() || sorted.get(sorted.size() / 2) > median) {
      throw new AssertionError(
          "files with more than %d lines of code: %s; median of all files: %d, at most %d"
              .formatted(most, lines, sorted.get(sorted.size() / 2), median));
    }
    return this;
  }

  private static int lines(String text) {
    return (int)
        COMMENT
            .matcher(text)
            .replaceAll("")
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("//"))
            .filter(line -> !line.startsWith("import ") && !line.startsWith("package "))
            .count();
  }

  /** {@return the module's main sources, by their paths} */
  private static Map<String, String> sources() {
    Path folder = Path.of("src/main/java");
    Map<String, String> sources = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        sources.put(folder.relativize(file).toString(), Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sources;
  }

  /**
   * Fails if a class depends on a package of Millrace other than {@code own} and {@code others}.
   * The name of a package also stands for all packages below this package.
   */
  public Architecture knowsOnly(String own, String... others) {
    String[] allowed = Arrays.copyOf(others, others.length + 1);
    allowed[others.length] = own;
    noClasses()
        .should()
        .dependOnClassesThat(
            describe(
                "belong to Millrace and to none of " + Arrays.toString(allowed),
                known ->
                    known.getPackageName().startsWith("dev.millrace.")
                        && Arrays.stream(allowed)
                            .noneMatch(one -> isBelow(known.getPackageName(), one))))
        .check(classes);
    return this;
  }

  /**
   * Fails if a class outside the package {@code home} depends on an internal package of Kafka
   * Streams.
   */
  public Architecture keepsKafkaStreamsInternalsIn(String home) {
    noClasses()
        .that()
        .resideOutsideOfPackage(home)
        .should()
        .dependOnClassesThat(
            describe(
                "are internals of Kafka Streams",
                known -> known.getPackageName().matches(KAFKA_STREAMS_INTERNALS)))
        .check(classes);
    return this;
  }

  /** Fails if a class depends on one of these packages or on a package below it. */
  public Architecture knowsNothingBelow(String... packages) {
    noClasses()
        .should()
        .dependOnClassesThat(
            describe(
                "are below " + Arrays.toString(packages),
                known ->
                    Arrays.stream(packages).anyMatch(one -> isBelow(known.getPackageName(), one))))
        .check(classes);
    return this;
  }

  private static boolean isBelow(String name, String root) {
    return name.equals(root) || name.startsWith(root + ".");
  }

  private static final class EachPackage implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
      return SliceIdentifier.of(javaClass.getPackageName());
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }
}
