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
