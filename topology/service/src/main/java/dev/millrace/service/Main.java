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

/** The program {@code millrace}. */
public final class Main {

  private Main() {}

  /**
   * Runs a command and ends the JVM with its exit code: 0, 1 (it failed) or 2 (wrong usage). A
   * signal ends it with the code that shells give to it, 130 or 143, after the command was stopped
   * in good order.
   *
   * <p>Both streams are UTF-8, whatever the locale says.
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
   * @param stdout what a command is asked for; if it cannot be written, the command has failed
   * @param stderr everything else
   * @return the exit code
   */
  static int run(OutputStream stdout, OutputStream stderr, String... args) {
    WatchedOutput watched = new WatchedOutput(stdout);
    PrintWriter out = writer(watched);
    PrintWriter err = writer(stderr);
    int exitCode = new CommandLineTool(out, err, Terminal.ofThisProcess()).run(args);
    out.flush();
    if (exitCode == ExitCode.DONE && watched.failure().isPresent()) {
      err.println(
          "millrace: the output could not be written ("
              + watched.failure().get().getMessage()
              + "); part of it is lost");
      exitCode = ExitCode.FAILED;
    }
    err.flush();
    return exitCode;
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), false);
  }
}
