package dev.millrace.service.command.help;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.command.CapturedRun;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WrongUsageTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "srve|millrace: there is no command 'srve', did you mean 'serve'?",
        "modles list|millrace: there is no command 'modles', did you mean 'models'?",
        "models imprt x|millrace models: there is no command 'imprt', did you mean 'import'?",
        "help models imprt|millrace help: there is no command 'imprt', did you mean 'import'?",
        "dead-letters shwo|millrace dead-letters: there is no command 'shwo', did you mean 'show'?",
        "send --tpoic a x|millrace send: there is no option '--tpoic', did you mean '--topic'?",
        "models show --modl m|millrace models show: there is no option '--modl', did you mean '--model'?",
        "--verbos serve|millrace serve: there is no option '--verbos', did you mean '--verbose'?",
        "train --no-filp --model m|millrace train: there is no option '--no-filp', did you mean '--no-flip'?"
      })
  void mistypedWord_isNamedWithASuggestion(String args, String expected) {
    assertThat(CapturedRun.of(args.split(" ")).usageLine()).startsWith(expected);
  }

  @ParameterizedTest
  @CsvSource({"serve --modle x", "serve --modle=hunter2", "serve x --modle x"})
  void mistypedOption_isNamedInsteadOfTheRequiredOneThatIsMissing(String args) {
    assertThat(CapturedRun.of(args.split(" ")).usageLine())
        .startsWith("millrace serve: there is no option '--modle', did you mean '--model'?")
        .doesNotContain("hunter2");
  }

  @Test
  void hiddenCommandOrOption_isNotSuggested() {
    assertThat(CapturedRun.of("man-pagse").usageLine()).doesNotContain("did you mean");
    assertThat(CapturedRun.of("train", "--paretn", "1").usageLine()).doesNotContain("did you mean");
  }

  @Test
  void requiredOption_thatIsMissing() {
    assertThat(CapturedRun.of("serve").usageLine())
        .startsWith("millrace serve: Missing required option: '--model=NAME'");
  }

  @Test
  void textAfterAnEqualsSign_isNotShown() {
    assertThat(CapturedRun.of("send", "--sasl.password=hunter2", "x").usageLine())
        .startsWith("millrace send: there is no option '--sasl.password'")
        .doesNotContain("hunter2");
  }

  @Test
  void mistypedKey_isNamedWithASuggestion() throws Exception {
    Path file = folder.resolve("client.properties");

    Files.writeString(file, "aplication-id=a\n");
    assertThat(CapturedRun.of("models", "list", "--config", file.toString()).failureLine())
        .contains("key 'aplication-id'", "did you mean 'application-id'");
    Files.writeString(file, "security.protocl=SSL\n");
    assertThat(CapturedRun.of("models", "list", "--config", file.toString()).failureLine())
        .contains("key 'security.protocl'", "did you mean 'security.protocol'?");
    assertThat(CapturedRun.of("tail", "-X", "security.protocl=SSL").usageLine())
        .contains("-X security.protocl", "did you mean 'security.protocol'?");
  }
}
