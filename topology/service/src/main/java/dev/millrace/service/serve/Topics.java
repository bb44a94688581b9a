package dev.millrace.service.serve;

import dev.millrace.control.ControlTopic;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The topics a service works with.
 *
 * @param inputs topics of encoded images; none with a pattern
 * @param inputPattern a regular expression that the names of the input topics match as a whole, or
 *     null
 * @param output predictions
 * @param deadLetters images that got none, as they came, of all inputs
 */
public record Topics(List<String> inputs, String inputPattern, String output, String deadLetters) {

  /** The topic that images come from by default. */
  public static final String DEFAULT_INPUT = "images";

  /** The topic that predictions go to by default. */
  public static final String DEFAULT_OUTPUT = "predictions";

  /** What a dead-letter topic's name has more than its input's, by default. */
  private static final String DEAD_LETTERS = ".dead-letters";

  /** The topic that images go to by default if they get no prediction. */
  public static final String DEFAULT_DEAD_LETTERS = DEFAULT_INPUT + DEAD_LETTERS;

  /** Two topics, with dead letters where they go by default. */
  public static Topics of(String input, String output) {
    return new Topics(input, output, input + DEAD_LETTERS);
  }

  /** Several inputs, with dead letters where those of the first one go by default. */
  public static Topics of(List<String> inputs, String output) {
    return new Topics(inputs, null, output, inputs.get(0) + DEAD_LETTERS);
  }

  /** One input. */
  public Topics(String input, String output, String deadLetters) {
    this(List.of(input), null, output, deadLetters);
  }

  public Topics {
    inputs = List.copyOf(inputs);
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(deadLetters, "deadLetters");
    if (inputs.isEmpty() == (inputPattern == null)) {
      throw new IllegalArgumentException(
          "input and input-pattern: " + inputs + ", " + inputPattern + "; give one of them");
    }
    if (inputPattern == null) {
      requireDifferent(inputs, output, deadLetters);
    } else {
      requireNoOther(inputPattern, output, deadLetters);
    }
  }

  private static void requireDifferent(List<String> inputs, String output, String deadLetters) {
    List<String> all = Stream.concat(inputs.stream(), Stream.of(output, deadLetters)).toList();
    if (new HashSet<>(all).size() < all.size()) {
      throw new IllegalArgumentException(
          "input, output and dead-letters: "
              + String.join(", ", all)
              + " must be different topics");
    }
  }

  /** A pattern that takes one of our own topics for an input would feed us what we wrote. */
  private static void requireNoOther(String inputPattern, String output, String deadLetters) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(inputPattern);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "input-pattern: " + inputPattern + " is no regular expression: " + e.getDescription(), e);
    }
    for (String own : List.of(output, deadLetters, ControlTopic.NAME, ControlTopic.STATUS)) {
      if (pattern.matcher(own).matches()) {
        throw new IllegalArgumentException(
            "input-pattern: "
                + inputPattern
                + " matches "
                + own
                + ", which is no topic of images; take a narrower one");
      }
    }
  }

  /** The only input, or the first one. To be called without a pattern. */
  public String input() {
    return inputs.get(0);
  }

  /** Whether images come from a topic of this name. */
  public boolean isInput(String topic) {
    return inputPattern == null
        ? inputs.contains(topic)
        : Pattern.compile(inputPattern).matcher(topic).matches();
  }

  /** The inputs, or their pattern between slashes, for people to read. */
  public String inputText() {
    return inputPattern == null
        ? inputs.stream().collect(Collectors.joining(","))
        : "/" + inputPattern + "/";
  }
}
