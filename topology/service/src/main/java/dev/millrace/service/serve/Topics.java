package dev.millrace.service.serve;

import java.util.Objects;

/**
 * The topics a service works with.
 *
 * @param input encoded images
 * @param output predictions
 * @param deadLetters images that got none, as they came
 */
public record Topics(String input, String output, String deadLetters) {

  /** The topic that images come from by default. */
  public static final String DEFAULT_INPUT = "images";

  /** The topic that predictions go to by default. */
  public static final String DEFAULT_OUTPUT = "predictions";

  /** What a dead-letter topic's name has more than its input's, by default. */
  private static final String DEAD_LETTERS = ".dead-letters";

  /** The topic that images go to by default if they get no prediction. */
  public static final String DEFAULT_DEAD_LETTERS = DEFAULT_INPUT + DEAD_LETTERS;

  /** The default topics' names, with commas between them. */
  public static final String DEFAULTS =
      DEFAULT_INPUT + "," + DEFAULT_OUTPUT + "," + DEFAULT_DEAD_LETTERS;

  /** Two topics, with dead letters where they go by default. */
  public static Topics of(String input, String output) {
    return new Topics(input, output, input + DEAD_LETTERS);
  }

  public Topics {
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(deadLetters, "deadLetters");
    if (input.equals(output) || input.equals(deadLetters) || output.equals(deadLetters)) {
      throw new IllegalArgumentException(
          "input, output and dead-letters: "
              + input
              + ", "
              + output
              + ", "
              + deadLetters
              + " must be three topics");
    }
  }
}
