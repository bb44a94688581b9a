package dev.millrace.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.service.command.output.WatchedOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import org.junit.jupiter.api.Test;

class MainTest {

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void outputThatIsLost_failsTheCommandWithOneLine() {
    assertThat(Main.run(failing("No space left on device"), err, "--version")).isEqualTo(1);
    assertThat(err.toString(UTF_8).lines())
        .containsExactly(
            "millrace: the output could not be written (No space left on device); part of it is"
                + " lost");
  }

  /** A command may print output and then fail. For example, doctor prints its findings first. */
  @Test
  void failedCommandWhoseOutputIsLost_saysSo_andKeepsItsExitCode() {
    WatchedOutput lost = new WatchedOutput(failing("No space left on device"));
    assertThatThrownBy(() -> lost.write('x')).isInstanceOf(IOException.class);
    PrintWriter lines = new PrintWriter(err, true, UTF_8);

    assertThat(Main.conclude(2, lost, lines)).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("could not be written (No space left on device)");
  }

  @Test
  void readerThatWentAway_isNoFailure() {
    assertThat(Main.run(failing("Broken pipe"), err, "--version")).isZero();
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }
}
