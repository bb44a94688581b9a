package dev.millrace.service.command.options;

import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.serve.Topics;
import java.util.List;
import picocli.CommandLine.Option;

/** A mixin of options for the topics that a service reads and writes. */
@Grouped(Section.TOPICS)
public final class TopicOptions {

  @Option(
      names = "--input",
      paramLabel = "TOPIC",
      split = ",",
      description =
          "Topics to read images from, separated by commas (default: "
              + Topics.DEFAULT_INPUT
              + ").")
  private List<String> inputs;

  @Option(
      names = "--input-pattern",
      paramLabel = "REGEX",
      description =
          "Read every topic whose whole name matches this regular expression, including topics"
              + " that are created later. Replaces --input.")
  private String inputPattern;

  @Option(
      names = "--output",
      paramLabel = "TOPIC",
      defaultValue = Topics.DEFAULT_OUTPUT,
      description = "Topic to write predictions to (default: ${DEFAULT-VALUE}).")
  private String output;

  @Option(
      names = "--dead-letters",
      paramLabel = "TOPIC",
      description =
          "Topic for images that cannot be classified (default: INPUT.dead-letters, where INPUT"
              + " is the first input topic). Required with --input-pattern.")
  private String deadLetters;

  /**
   * {@return the topics that the options name}
   *
   * @throws IllegalArgumentException if the options contradict each other, or {@code
   *     --dead-letters} is missing with {@code --input-pattern}
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
