package dev.millrace.service;

import dev.millrace.service.command.CommandLineTool;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.output.Terminal;
import dev.millrace.service.command.output.WatchedOutput;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Entry point of the program {@code millrace}. */
public final class Main {

  private Main() {}

  /**
   * Runs a command and ends the JVM with the command's exit code: 0, 1 (the command failed) or 2
   * (wrong usage). SIGINT and SIGTERM let the command finish its work, and the exit code is then
   * 130 or 143.
   *
   * <p>Standard output and standard error are UTF-8 in every locale.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(
        run(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            args));
  }

  /**
   * Runs a command.
   *
   * @param stdout receives the command's output; if this stream cannot be written, the command
   *     fails
   * @param stderr receives progress, warnings and errors
   * @return the exit code
   */
  static int run(OutputStream stdout, OutputStream stderr, String... args) {
    WatchedOutput watched = new WatchedOutput(stdout);
    PrintWriter out = writer(watched);
    PrintWriter err = writer(stderr);
    int exitCode = new CommandLineTool(out, err, Terminal.ofThisProcess()).run(args);
    out.flush();
    exitCode = conclude(exitCode, watched, err);
    err.flush();
    return exitCode;
  }

  /**
   * Returns the final exit code. If a part of the command's output was lost, this method prints an
   * error and never returns 0.
   */
  static int conclude(int exitCode, WatchedOutput stdout, PrintWriter err) {
    if (stdout.failure().isEmpty()) {
      return exitCode;
    }
    err.println(
        "millrace: the output could not be written ("
            + stdout.failure().get().getMessage()
            + "); part of it is lost");
    return exitCode == ExitCode.DONE ? ExitCode.FAILED : exitCode;
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), false);
  }
}
