package dev.millrace.service.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTokensTest {

  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("tokens"), content);
  }

  @Test
  void tokens_haveNames() throws IOException {
    PageTokens tokens =
        PageTokens.read(file("# who\n\nann 0123456789abcdef\n  fedcba9876543210  \r\n"));

    assertThat(tokens.user("0123456789abcdef")).contains("ann");
    assertThat(tokens.user("fedcba9876543210")).contains("the page's token");
    assertThat(tokens.user("")).isEmpty();
    assertThat(tokens.user("ann")).isEmpty();
    assertThat(tokens.user("0123456789abcdeg")).isEmpty();
  }

  @Test
  void badFile_isRefusedWithoutItsTokens() throws IOException {
    assertThatThrownBy(() -> PageTokens.read(file("ann 0123456789abcdef\nbob secret")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("page-token-file", "line 2", "16 characters", "openssl rand")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> PageTokens.read(file("a b 0123456789abcdef")))
        .hasMessageContaining("more than a name and a token");
    assertThatThrownBy(() -> PageTokens.read(file("# none\n")))
        .hasMessageContaining("has no token");
    assertThatThrownBy(() -> PageTokens.read(folder.resolve("none")))
        .hasMessageContainingAll("page-token-file", "cannot be read");
  }
}
