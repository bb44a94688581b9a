package dev.millrace.service.command.reference;

import picocli.CommandLine.Model.OptionSpec;

/** Formats an option as the user writes it on the command line. */
public final class OptionText {

  private OptionText() {}

  /**
   * {@return the names, such as {@code -h, --help} or {@code --[no-]flip}}
   *
   * @param option an option of a command
   */
  public static String names(OptionSpec option) {
    String names = String.join(", ", option.names());
    return option.negatable() ? names.replace("--", "--[no-]") : names;
  }

  /**
   * {@return the separator and the value, such as {@code =NAME}; empty for a flag}
   *
   * @param option an option of a command
   */
  public static String value(OptionSpec option) {
    if (option.arity().max() == 0) {
      return "";
    }
    String label = option.paramLabel();
    String separator = option.longestName().startsWith("--") ? "=" : " ";
    boolean list = ",".equals(option.splitRegex()) && label.indexOf(',') < 0;
    return separator + label + (list ? "[," + label + "...]" : "");
  }
}
