package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that the links between the pages lead to files and headings. */
class PagesTest {

  private static final Pattern BLOCK = Pattern.compile("```.*?```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");

  private final Map<Path, Set<String>> headings = new HashMap<>();

  @Test
  void links_leadToFilesAndHeadings() throws IOException {
    List<Path> pages = Checkout.files(".md");
    assertThat(pages).contains(Checkout.ROOT.resolve("README.md")).hasSizeGreaterThan(20);

    for (Path page : pages) {
      assertThat(localLinks(page))
          .as("links of %s", Checkout.ROOT.relativize(page))
          .allSatisfy(link -> requireTarget(page, link));
    }
  }

  private static String withoutCode(Path page) throws IOException {
    return BLOCK.matcher(Files.readString(page)).replaceAll("");
  }

  private static List<String> localLinks(Path page) throws IOException {
    return LINK.matcher(withoutCode(page))
        .results()
        .map(link -> link.group(1))
        .filter(link -> Stream.of("http:", "https:", "mailto:").noneMatch(link::startsWith))
        .toList();
  }

  private void requireTarget(Path page, String link) throws IOException {
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? page : page.resolveSibling(path).normalize();
    assertThat(target).exists();
    if (hash >= 0) {
      assertThat(headings(Files.isDirectory(target) ? target.resolve("README.md") : target))
          .contains(link.substring(hash + 1));
    }
  }

  /** Returns the names that GitHub and GitLab give the headings of a page. */
  private Set<String> headings(Path page) throws IOException {
    Set<String> known = headings.get(page);
    if (known == null) {
      known = new HashSet<>();
      for (var heading : HEADING.matcher(withoutCode(page)).results().toList()) {
        String name = name(heading.group(1));
        String free = name;
        for (int number = 1; !known.add(free); number++) {
          free = name + "-" + number;
        }
      }
      headings.put(page, known);
    }
    return known;
  }

  private static String name(String heading) {
    return heading
        .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
        .replace(' ', '-');
  }

  @Test
  void names_areThoseOfTheHeadings() {
    assertThat(name("What if `serve` ends?")).isEqualTo("what-if-serve-ends");
    assertThat(name("Read [the log](x.md), a_b and 8-bit")).isEqualTo("read-the-log-a_b-and-8-bit");
  }
}
