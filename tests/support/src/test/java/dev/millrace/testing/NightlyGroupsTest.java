package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Tests that the groups of the profile {@code nightly} are those of the tests' tags, and those of
 * the table in {@code tests/README.md}.
 */
class NightlyGroupsTest {

  private static final Pattern GROUPS = Pattern.compile("<nightly>([^<]+)</nightly>");
  private static final Pattern MUTATIONS = Pattern.compile("<pit\\.group>([^<]+)</pit\\.group>");
  private static final Pattern TAG = Pattern.compile("@Tag\\(\"([^\"]+)\"\\)");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  /** Tags that name no group. Tests with the tag "recording" run only by their name. */
  private static final Set<String> OTHER_TAGS =
      Set.of("broker", "build-kafka", "docker", "nightly", "recording");

  private static Set<String> groups() throws IOException {
    String listed = String.join(",", all(GROUPS, Checkout.text("pom.xml")));
    return new TreeSet<>(List.of(listed.split(",", -1)));
  }

  private static Set<String> all(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    pattern.matcher(text).results().forEach(match -> found.add(match.group(1)));
    return found;
  }

  @Test
  void groups_areThoseOfTheTestsAndOfTheMutations() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Path test : Checkout.files(".java")) {
      named.addAll(all(TAG, Files.readString(test)));
    }
    named.removeAll(OTHER_TAGS);
    for (Path module : Checkout.files("pom.xml")) {
      named.addAll(all(MUTATIONS, Files.readString(module)));
    }

    assertThat(named).isEqualTo(groups());
  }

  @Test
  void groups_areInTheTableOfThePage() throws IOException {
    List<String> rows =
        Checkout.text("tests/README.md")
            .lines()
            .dropWhile(line -> !line.startsWith("| suite |"))
            .takeWhile(line -> line.startsWith("|"))
            .skip(2)
            .toList();
    Set<String> named = new TreeSet<>();
    for (String row : rows) {
      named.addAll(all(NAME, row.split("\\|", -1)[3]));
    }

    assertThat(named).isEqualTo(groups());
  }
}
