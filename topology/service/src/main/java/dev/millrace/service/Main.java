package dev.millrace.service;

import dev.millrace.service.command.CommandLineTool;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
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
    PrintWriter out = writer(FileDescriptor.out);
    PrintWriter err = writer(FileDescriptor.err);
    int exitCode = new CommandLineTool(out, err).run(args);
    out.flush();
    err.flush();
    System.exit(exitCode);
  }

  private static PrintWriter writer(FileDescriptor stream) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8), false);
  }
}
