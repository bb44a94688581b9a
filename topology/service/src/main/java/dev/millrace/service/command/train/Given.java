package dev.millrace.service.command.train;

import dev.millrace.service.command.options.ConfigFile;
import java.util.List;
import java.util.stream.Stream;
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
    return isOnTheLine(option)
        || (command.defaultValueProvider() instanceof ConfigFile file && file.sets(spec));
  }

  private boolean isOnTheLine(String option) {
    return command.commandLine().getParseResult().hasMatchedOption(command.findOption(option));
  }

  /**
   * Refuses options that have no effect, because the user did not give another option.
   *
   * @param needed name of the other option
   * @param options names of the options
   * @throws IllegalArgumentException if the user gave one of the options
   */
  void refuseWithout(String needed, List<String> options) {
    refuse(options.stream().filter(this::has), needed);
  }

  /**
   * Refuses options on the command line that have no effect, because the user did not give another
   * option. The file of {@code --config} may have them, because several commands share the file.
   *
   * @param needed name of the other option
   * @param options names of the options
   * @throws IllegalArgumentException if the user gave one of the options on the command line
   */
  void refuseOnTheLineWithout(String needed, List<String> options) {
    refuse(options.stream().filter(this::isOnTheLine), needed);
  }

  private static void refuse(Stream<String> options, String needed) {
    options
        .findFirst()
        .ifPresent(
            option -> {
              throw new IllegalArgumentException(option + " needs " + needed);
            });
  }
}
