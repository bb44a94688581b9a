package dev.millrace.service.command.train;

import picocli.CommandLine.Model.CommandSpec;

/**
 * Tells which options the user gave.
 *
 * @param command the command that has the options
 */
record Given(CommandSpec command) {

  /**
   * {@return the option's value if the user gave the option, otherwise another value}
   *
   * @param option the option's name
   * @param value the option's value
   * @param otherwise the value of an option that the user did not give
   */
  <T> T or(String option, T value, T otherwise) {
    return command.commandLine().getParseResult().hasMatchedOption(option) ? value : otherwise;
  }
}
