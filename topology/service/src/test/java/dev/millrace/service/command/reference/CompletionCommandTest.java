package dev.millrace.service.command.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.service.command.CapturedRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class CompletionCommandTest {

  @TempDir private Path folder;

  @Test
  void command_isCompleted() throws Exception {
    assertThat(completed("mod")).containsExactly("models");
    assertThat(completed("models", "pro")).containsExactly("promote");
    assertThat(completed("dead-letters", "")).contains("show", "replay");
  }

  @Test
  void option_isCompleted() throws Exception {
    assertThat(completed("serve", "--max-b")).containsExactly("--max-batch-size");
    assertThat(completed("models", "import", "--time")).containsExactly("--time-limit");
  }

  @Test
  void valueOfAnOption_isCompleted() throws Exception {
    assertThat(completed("serve", "--guarantee", "ex")).containsExactly("exactly_once_v2");
    assertThat(completed("train", "--schedule", "co")).containsExactly("cosine");
  }

  @Test
  void hiddenCommand_isNotCompleted() throws Exception {
    assertThat(completed("man-p")).isEmpty();
  }

  @Test
  void zsh_readsTheScript() throws Exception {
    assertThat(CapturedRun.of("completion", "zsh").succeeded().out())
        .startsWith("#compdef millrace\n")
        .contains("bashcompinit");
    assumeTrue(isInstalled("zsh"), "there is no zsh");
    Path script = write(CapturedRun.of("completion", "zsh").out());

    assertThat(run("zsh", "-fc", "autoload -U compinit && compinit -u -D && source " + script))
        .isEmpty();
  }

  @Test
  void otherShell_isRefused() {
    assertThat(CapturedRun.of("completion", "fish").usageLine()).contains("bash", "zsh", "fish");
  }

  private List<String> completed(String... words) throws Exception {
    Path script = write(CapturedRun.of("completion", "bash").succeeded().out());
    String line =
        "compopt() { :; }; source %s; COMP_WORDS=(millrace %s); COMP_CWORD=%d; _complete_millrace;"
            + " [ ${#COMPREPLY[@]} -eq 0 ] || printf '%%s\\n' \"${COMPREPLY[@]}\"";
    return run("bash", "-c", line.formatted(script, quoted(words), words.length))
        .lines()
        .map(String::strip)
        .toList();
  }

  private static String quoted(String... words) {
    return "'" + String.join("' '", words) + "'";
  }

  private Path write(String script) throws IOException {
    return Files.writeString(folder.resolve("completion"), script);
  }

  private static boolean isInstalled(String program) {
    return List.of("/bin", "/usr/bin", "/usr/local/bin").stream()
        .anyMatch(bin -> Files.isExecutable(Path.of(bin, program)));
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }
}
