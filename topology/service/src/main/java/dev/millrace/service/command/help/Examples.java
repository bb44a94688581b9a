package dev.millrace.service.command.help;

/** The heading of the examples at the end of a command's help. */
public final class Examples {

  /** The heading of a help page's examples. */
  public static final String HEADING = "%nExamples:%n";

  private Examples() {}
}
