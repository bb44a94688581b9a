package dev.millrace.service.command.options;

import dev.millrace.service.serve.Topics;
import java.util.List;
import picocli.CommandLine.Option;

/** The topics that a service works with: a mixin of options. */
public final class TopicOptions {

  @Option(
      names = "--input",
      paramLabel = "TOPIC",
      split = ",",
      description =
          "Where the images come from, one topic or several with commas between them (default: "
              + Topics.DEFAULT_INPUT
              + ").")
  private List<String> inputs;

  @Option(
      names = "--input-pattern",
      paramLabel = "REGEX",
      description =
          "Instead of --input: every topic whose whole name matches, also those made later.")
  private String inputPattern;

  @Option(
      names = "--output",
      paramLabel = "TOPIC",
      defaultValue = Topics.DEFAULT_OUTPUT,
      description = "Where the predictions go (default: ${DEFAULT-VALUE}).")
  private String output;

  @Option(
      names = "--dead-letters",
      paramLabel = "TOPIC",
      description =
          "Where images go that cannot be classified, of all inputs (default: that of the first"
              + " input, INPUT.dead-letters; --input-pattern has no default).")
  private String deadLetters;

  /**
   * The topics that the options name.
   *
   * @throws IllegalArgumentException if they do not fit together
   */
  public Topics topics() {
    if (inputPattern != null && deadLetters == null) {
      throw new IllegalArgumentException(
          "dead-letters: --input-pattern needs the name of a topic for the dead letters");
    }
    List<String> named = named();
    return deadLetters == null
        ? Topics.of(named, output)
        : new Topics(named, inputPattern, output, deadLetters);
  }

  private List<String> named() {
    if (inputs != null) {
      return inputs;
    }
    return inputPattern == null ? List.of(Topics.DEFAULT_INPUT) : List.of();
  }
}
