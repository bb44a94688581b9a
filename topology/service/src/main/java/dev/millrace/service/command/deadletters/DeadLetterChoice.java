package dev.millrace.service.command.deadletters;

import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.deadletters.DeadLetter;
import dev.millrace.service.serve.Topics;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** A mixin of options that select dead letters. */
@Grouped(Section.OPTIONS)
final class DeadLetterChoice {

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = Topics.DEFAULT_DEAD_LETTERS,
      description = "Dead-letter topic (default: ${DEFAULT-VALUE}).")
  private String topic;

  @Option(
      names = "--reason",
      paramLabel = "REGEX",
      description =
          "Select only dead letters where this regular expression matches any part of the reason"
              + " for the failure.")
  private Pattern reason;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "Select only dead letters with this key.")
  private String key;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Stop after printing or sending N dead letters (default: all).")
  private Long count;

  String topic() {
    return topic;
  }

  /** {@return the value of {@code --count}, or the largest {@code long} without the option} */
  long count() {
    if (count == null) {
      return Long.MAX_VALUE;
    }
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " must be at least 1");
    }
    return count;
  }

  boolean includes(DeadLetter letter) {
    return (reason == null || reason.matcher(letter.reason()).find())
        && (key == null || letter.key().filter(key::equals).isPresent());
  }
}
