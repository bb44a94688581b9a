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
 * The topics that a service reads and writes.
 *
 * @param inputs topics of encoded images; empty if there is a pattern
 * @param inputPattern a regular expression that must match the whole name of an input topic, or
 *     null
 * @param output topic of predictions
 * @param deadLetters dead-letter topic of all inputs, for the images that get no prediction
 */
public record Topics(List<String> inputs, String inputPattern, String output, String deadLetters) {

  /** The default input topic. */
  public static final String DEFAULT_INPUT = "images";

  /** The default output topic. */
  public static final String DEFAULT_OUTPUT = "predictions";

  /** Suffix of the default dead-letter topic, after the name of the input topic. */
  private static final String DEAD_LETTERS = ".dead-letters";

  /** The default dead-letter topic of the default input topic. */
  public static final String DEFAULT_DEAD_LETTERS = DEFAULT_INPUT + DEAD_LETTERS;

  /**
   * {@return topics with one input, one output and the default dead-letter topic of the input}
   *
   * @param input the input topic
   * @param output the output topic
   * @throws IllegalArgumentException if two of the topics are equal
   */
  public static Topics of(String input, String output) {
    return new Topics(input, output, input + DEAD_LETTERS);
  }

  /**
   * {@return topics with several inputs, one output and the default dead-letter topic of the first
   * input}
   *
   * @param inputs the input topics, at least one
   * @param output the output topic
   * @throws IllegalArgumentException if two of the topics are equal
   */
  public static Topics of(List<String> inputs, String output) {
    return new Topics(inputs, null, output, inputs.get(0) + DEAD_LETTERS);
  }

  /**
   * Creates the topics of a service with one input.
   *
   * @param input the input topic
   * @param output the output topic
   * @param deadLetters the dead-letter topic
   * @throws IllegalArgumentException if two of the topics are equal
   */
  public Topics(String input, String output, String deadLetters) {
    this(List.of(input), null, output, deadLetters);
  }

  /**
   * Validates the topics.
   *
   * @param inputs topics of encoded images
   * @param inputPattern a regular expression that must match the whole name of an input topic
   * @param output topic of predictions
   * @param deadLetters dead-letter topic of all inputs, for the images that get no prediction
   * @throws IllegalArgumentException if there are both inputs and a pattern, or neither; if two
   *     topics are equal; or if the pattern is invalid, or matches the output, dead-letter, control
   *     or status topic
   */
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

  /**
   * Refuses a pattern that matches the output, dead-letter, control or status topic, because the
   * service would then read records that are not images.
   */
  private static void requireNoOther(String inputPattern, String output, String deadLetters) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(inputPattern);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "input-pattern: " + inputPattern + " is not a regular expression: " + e.getDescription(),
          e);
    }
    for (String own : List.of(output, deadLetters, ControlTopic.NAME, ControlTopic.STATUS)) {
      if (pattern.matcher(own).matches()) {
        throw new IllegalArgumentException(
            "input-pattern: "
                + inputPattern
                + " matches "
                + own
                + ", which holds no images; give a narrower pattern");
      }
    }
  }

  /**
   * {@return the first input topic}
   *
   * @throws IndexOutOfBoundsException if there is a pattern instead of input topics
   */
  public String input() {
    return inputs.get(0);
  }

  /**
   * {@return whether the service reads a topic}
   *
   * @param topic the topic's name
   */
  public boolean isInput(String topic) {
    return inputPattern == null
        ? inputs.contains(topic)
        : Pattern.compile(inputPattern).matcher(topic).matches();
  }

  /**
   * {@return the names of the input topics, or their pattern between slashes, as text for messages}
   */
  public String inputText() {
    return inputPattern == null
        ? inputs.stream().collect(Collectors.joining(","))
        : "/" + inputPattern + "/";
  }
}
