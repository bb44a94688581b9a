package dev.millrace.service.command.train;

import dev.millrace.service.command.options.ConfigFile;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Tells which options the user gave, on the command line or in the file of {@code --config}.
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
    return has(option) ? value : otherwise;
  }

  /**
   * {@return whether the user gave an option}
   *
   * @param option the option's name
   */
  boolean has(String option) {
    OptionSpec spec = command.findOption(option);
    return command.commandLine().getParseResult().hasMatchedOption(spec)
        || (command.defaultValueProvider() instanceof ConfigFile file && file.sets(spec));
  }

  /**
   * Refuses options that have no effect, because the user did not give another option.
   *
   * @param needed name of the other option
   * @param options names of the options
   * @throws IllegalArgumentException if the user gave one of the options
   */
  void refuseWithout(String needed, List<String> options) {
    for (String option : options) {
      if (has(option)) {
        throw new IllegalArgumentException(option + " needs " + needed);
      }
    }
  }
}
