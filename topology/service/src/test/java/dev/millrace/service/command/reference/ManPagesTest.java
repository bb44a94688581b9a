package dev.millrace.service.command.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.CommandTree;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManPagesTest {

  @TempDir private Path folder;

  @BeforeEach
  void write() {
    CapturedRun.of("man-pages", folder.toString()).succeeded();
  }

  @Test
  void everyCommand_hasItsPage() throws Exception {
    List<String> expected =
        CommandTree.all(CommandTree.root())
            .filter(command -> !command.usageMessage().hidden())
            .map(command -> command.qualifiedName("-") + ".1")
            .toList();

    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(expected)
          .contains("millrace.1", "millrace-models-import.1");
    }
  }

  @Test
  void page_hasTheUsualSections() throws Exception {
    assertThat(Files.readString(folder.resolve("millrace-serve.1")))
        .startsWith(".TH \"MILLRACE\\-SERVE\" \"1\" \"\" \"millrace ")
        .contains(
            ".SH \"NAME\"\nmillrace\\-serve \\- Classify the images",
            ".SS \"Kafka\"",
            ".TP\n\\fB\\-\\-model\\fR=\\fINAME\\fR\nName of the model to serve (required).",
            "(default: at_least_once)",
            ".SH \"EXIT STATUS\"",
            "\\fBmillrace\\fR(1)");
  }

  @Test
  void pages_areTheSameEachTime(@TempDir Path other) throws Exception {
    CapturedRun.of("man-pages", other.toString()).succeeded();

    assertThat(other.resolve("millrace.1")).hasSameTextualContentAs(folder.resolve("millrace.1"));
  }

  @Test
  void groff_readsEveryPageWithoutAWarning() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "there is no groff");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Process groff =
            new ProcessBuilder("/usr/bin/groff", "-man", "-Tutf8", "-ww", "-z", file.toString())
                .redirectErrorStream(true)
                .start();
        String warnings = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(groff.waitFor()).isZero();
        assertThat(warnings).as(file.getFileName().toString()).isEmpty();
      }
    }
  }
}
