package dev.millrace.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Tests that the example in the README consists of code that {@link MillraceContainerTest} runs.
 */
class ReadmeTest {

  @Test
  void example_isInTheTest() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String example =
        readme.substring(
            readme.indexOf("```java\n") + 8,
            readme.indexOf("```", readme.indexOf("```java\n") + 8));
    String test =
        Files.readString(
            Path.of("src/test/java/dev/millrace/testcontainers/MillraceContainerTest.java"));

    assertThat(example.lines().map(String::strip).filter(line -> !line.isEmpty()))
        .hasSizeGreaterThan(5)
        .allSatisfy(line -> assertThat(test).contains(line));
  }
}
