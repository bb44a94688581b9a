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

  /** Which version of each model serves (compacted, one partition). */
  public static final String CONTROL = "millrace.models";

  /** What became of each swap. */
  public static final String STATUS = "millrace.models.status";

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
