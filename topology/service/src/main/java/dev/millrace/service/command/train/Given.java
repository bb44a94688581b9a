package dev.millrace.service.command.train;

import dev.millrace.service.command.options.ConfigFile;
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
    OptionSpec spec = command.findOption(option);
    boolean isGiven =
        command.commandLine().getParseResult().hasMatchedOption(spec)
            || (command.defaultValueProvider() instanceof ConfigFile file && file.sets(spec));
    return isGiven ? value : otherwise;
  }
}
