package dev.millrace.service.command.lifecycle;

/** The exit codes of a command. */
public final class ExitCode {

  /** The command succeeded. */
  public static final int DONE = 0;

  /** The command failed. */
  public static final int FAILED = 1;

  /** The command line or a configuration file is wrong. */
  public static final int USAGE = 2;

  private ExitCode() {}
}
