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

/** What a command line came to. */
public record CapturedRun(int exitCode, String out, String err) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Runs a command line to its end. */
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

  /** Standard output, which is one JSON value. */
  public JsonNode json() {
    try {
      return JSON.readTree(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** It did what was asked. */
  public CapturedRun succeeded() {
    assertThat(exitCode).as("exit code, with %s", err).isZero();
    return this;
  }

  /** It failed, said why in one line, and printed nothing else; returns the line. */
  public String failureLine() {
    return onlyLine(ExitCode.FAILED);
  }

  /** It was used wrongly, said so in one line that names the help; returns the line. */
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
