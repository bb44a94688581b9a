package dev.millrace.service.serve;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** How large the predictions of a model become. */
public final class PredictionSize {

  /** The id, the model, the source and the names of the fields. */
  private static final int FRAME = 2 << 10;

  /** The index, the probability and the field names of one entry of {@code top}. */
  private static final int ENTRY = 80;

  /** A float's longest text, and the comma. */
  private static final int PROBABILITY = 15;

  private PredictionSize() {}

  /**
   * About the most bytes of a prediction whose record has a short key and few headers.
   *
   * @param labels of the model's classes
   * @param top how many of the most probable classes it lists
   * @param probabilities whether it holds the whole distribution
   */
  public static long most(List<String> labels, int top, boolean probabilities) {
    long longest =
        labels.stream()
            .mapToInt(label -> label.getBytes(StandardCharsets.UTF_8).length)
            .max()
            .orElse(0);
    long entries = Math.min(top, labels.size()) + 1L;
    return FRAME
        + entries * (ENTRY + longest)
        + (probabilities ? (long) labels.size() * PROBABILITY : 0);
  }
}
