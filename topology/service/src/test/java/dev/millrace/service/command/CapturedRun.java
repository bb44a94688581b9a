package dev.millrace.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.service.command.lifecycle.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** The exit code and the output of a command line. */
public record CapturedRun(int exitCode, String out, String err) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Runs a command line and returns when it has ended. */
  public static CapturedRun of(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode = new CommandLineTool(new PrintWriter(out), new PrintWriter(err)).run(args);
    return new CapturedRun(exitCode, out.toString(), err.toString());
  }

  public List<String> outLines() {
    return out.lines().toList();
  }

  public List<String> errLines() {
    return err.lines().toList();
  }

  /** {@return standard output, parsed as one JSON value} */
  public JsonNode json() {
    try {
      return JSON.readTree(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asserts that the command succeeded. */
  public CapturedRun succeeded() {
    assertThat(exitCode).as("exit code, with %s", err).isZero();
    return this;
  }

  /**
   * Asserts that the command failed and printed nothing but one line with the reason.
   *
   * @return the line
   */
  public String failureLine() {
    return onlyLine(ExitCode.FAILED);
  }

  /**
   * Asserts that the exit code means wrong usage, and that the command printed nothing but one line
   * that refers to {@code --help}.
   *
   * @return the line
   */
  public String usageLine() {
    String line = onlyLine(ExitCode.USAGE);
    assertThat(line).matches("millrace.*(; s|\\? S)ee 'millrace.* --help'");
    return line;
  }

  private String onlyLine(int expected) {
    assertThat(exitCode).as("exit code, with %s", err).isEqualTo(expected);
    assertThat(errLines()).hasSize(1);
    assertThat(out).isEmpty();
    return errLines().get(0);
  }
}
