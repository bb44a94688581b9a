package dev.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between this module's packages point one way. */
class PackageCyclesTest {

  private static final Path SOURCES = Path.of("src/main/java");
  private static final Pattern IMPORT =
      Pattern.compile(
          "^import (?:static )?(dev\\.millrace\\.service[a-z.]*)\\.[A-Z]", Pattern.MULTILINE);

  @Test
  void packages_haveNoCycles() throws IOException {
    Map<String, Set<String>> uses = uses();

    assertThat(uses.get("dev.millrace.service.command"))
        .contains("dev.millrace.service.command.serve");
    while (uses.values().removeIf(used -> used.stream().noneMatch(uses::containsKey))) {
      // A package that uses none of those left is in no cycle.
    }
    assertThat(uses).as("packages in a cycle, or that use one that is").isEmpty();
  }

  /**
   * For each package the others of ours that it imports. The sources tell more than the classes,
   * where annotations are easily missed: a command names its subcommands in one.
   */
  private static Map<String, Set<String>> uses() throws IOException {
    Map<String, Set<String>> uses = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(SOURCES)) {
      for (Path file : walk.filter(path -> path.toString().endsWith(".java")).toList()) {
        String name = SOURCES.relativize(file.getParent()).toString().replaceAll("\\W", ".");
        IMPORT
            .matcher(Files.readString(file))
            .results()
            .map(match -> match.group(1))
            .filter(used -> !used.equals(name))
            .forEach(used -> uses.computeIfAbsent(name, key -> new TreeSet<>()).add(used));
      }
    }
    return uses;
  }
}
