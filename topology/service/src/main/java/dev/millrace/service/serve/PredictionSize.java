package dev.millrace.service.serve;

import dev.millrace.core.model.ModelManifest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Estimates the size of a model's predictions. */
public final class PredictionSize {

  /** Number of bytes of a prediction's id, model and source, and of the names of its fields. */
  private static final int FRAME = 2 << 10;

  /**
   * Number of bytes of the index, the probability and the field names of one entry of {@code top}.
   */
  private static final int ENTRY = 80;

  /** Number of bytes of the longest float in JSON, with the comma after it. */
  private static final int PROBABILITY = 15;

  /** Number of bytes of the quotes and the comma around a name in {@code labels}. */
  private static final int NAME = 3;

  private PredictionSize() {}

  /**
   * {@return the approximate size of a version's largest prediction, in bytes, for a record with a
   * short key and few headers} If the model's classes are independent, a prediction may name all
   * classes.
   *
   * @param version the version's manifest
   * @param top number of classes that a prediction lists in {@code top}
   * @param probabilities whether a prediction holds the probabilities of all classes
   */
  public static long most(ModelManifest version, int top, boolean probabilities) {
    long named = version.labels().stream().mapToLong(label -> NAME + utf8(label)).sum();
    return most(version.labels(), top, probabilities) + (version.independent() ? named : 0);
  }

  /**
   * {@return the approximate size of a model's largest prediction, in bytes, for a record with a
   * short key and few headers}
   *
   * @param labels names of the model's classes
   * @param top number of classes that a prediction lists in {@code top}
   * @param probabilities whether a prediction holds the probabilities of all classes
   */
  public static long most(List<String> labels, int top, boolean probabilities) {
    long longest = labels.stream().mapToInt(PredictionSize::utf8).max().orElse(0);
    long entries = Math.min(top, labels.size()) + 1L;
    return FRAME
        + entries * (ENTRY + longest)
        + (probabilities ? (long) labels.size() * PROBABILITY : 0);
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
