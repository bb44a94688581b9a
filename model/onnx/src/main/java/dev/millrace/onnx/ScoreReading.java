package dev.millrace.onnx;

import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ScoreKind;
import dev.millrace.core.model.Setting;

/**
 * Decides which kind of scores a model returns. The user's setting, the graph's last nodes and the
 * scores for sample images determine the kind. Scores that look like probabilities are never
 * treated as logits, unless the user says so.
 *
 * @param output the output with the scores
 * @param scores the scores for sample images
 * @param told the kind of scores that the user states, or null
 */
record ScoreReading(ScoreOutput output, Scores scores, ScoreKind told) {

  private static final String TELL =
      ": say which kind of scores they are, logits, probabilities or independent (in a config.pbtxt,"
          + " with the parameter scores)";

  /**
   * {@return the nodes that compute the answers from the scores}
   *
   * @throws ModelException if there is not one finite score per label, or if the kind of the scores
   *     is not clear
   */
  ScoreTail tail(Labels labels) {
    scores.requireRows();
    int classes = scores.classes();
    boolean one = classes == 1 && labels.size() == 2;
    if (classes != labels.size() && !one) {
      throw new ModelException(
          "the model has "
              + classes
              + " classes, but there are "
              + labels.size()
              + " labels: give the labels that it was trained with, one per class");
    }
    scores.requireFinite();
    if (classes == 1 && output.kind() == ScoreKind.PROBABILITIES) {
      throw new ModelException(
          "the model ends in a softmax over one class, which is always 1: export it to return the"
              + " logit");
    }
    if (classes == 1 && !one && told != ScoreKind.INDEPENDENT) {
      throw new ModelException(
          "the model has one class, which would always be the answer: give two labels, the second"
              + " for a high score, or say that the scores are independent",
          Setting.SCORES);
    }
    ScoreKind kind = told == null ? shown() : told;
    return one
        ? pair(kind)
        : switch (kind) {
          case LOGITS -> ScoreTail.SOFTMAX;
          case PROBABILITIES -> probabilities();
          case INDEPENDENT -> independent();
        };
  }

  /** {@return the kind of scores that the graph and the scores themselves show} */
  private ScoreKind shown() {
    ScoreKind kind = output.kind();
    if (kind == ScoreKind.PROBABILITIES || kind == ScoreKind.INDEPENDENT) {
      return kind;
    }
    if (kind == null && scores.classes() > 1 && scores.areDistributions() && scores.differ()) {
      return ScoreKind.PROBABILITIES;
    }
    if (scores.areInUnitRange()) {
      throw new ModelException(
          "the model's answers to sample images all lie between 0 and 1, so they may already be"
              + " probabilities"
              + TELL,
          Setting.SCORES);
    }
    boolean centred = kind == ScoreKind.LOGITS && scores.classes() > 2 && scores.sumToZero();
    if (scores.classes() > 1 && scores.haveEqualSums() && !centred) {
      throw new ModelException(
          "the model's answers to different sample images have the same sum, so they may already be"
              + " probabilities"
              + TELL,
          Setting.SCORES);
    }
    return ScoreKind.LOGITS;
  }

  private ScoreTail probabilities() {
    if (output.origin().quantized() && scores.areInUnitRange()) {
      return ScoreTail.COARSE;
    }
    if (scores.areDistributions()) {
      return output.rounded() || !scores.sumToOne() ? ScoreTail.DIVIDED : ScoreTail.DISTRIBUTION;
    }
    if (scores.areScaledDistributions() && scores.differ()) {
      return ScoreTail.DIVIDED;
    }
    throw new ModelException(
        (told == null ? "the model ends in a softmax, but its" : "the model's")
            + " answers to sample images are not distributions over its classes: export it to return"
            + " logits");
  }

  private ScoreTail independent() {
    if (output.kind() == ScoreKind.PROBABILITIES) {
      throw new ModelException(
          "the model ends in a softmax, so its classes are not independent: import it without saying"
              + " that the scores are independent",
          Setting.SCORES);
    }
    if (needsSigmoid()) {
      return ScoreTail.SIGMOIDS;
    }
    requireUnitRange();
    return ScoreTail.INDEPENDENT;
  }

  /** {@return the nodes that compute two probabilities from one score} */
  private ScoreTail pair(ScoreKind kind) {
    if (kind == ScoreKind.LOGITS || (kind == ScoreKind.INDEPENDENT && needsSigmoid())) {
      return ScoreTail.TWO_OF_LOGIT;
    }
    requireUnitRange();
    return ScoreTail.TWO_OF_PROBABILITY;
  }

  /** {@return whether independent scores are still logits} */
  private boolean needsSigmoid() {
    return output.kind() == ScoreKind.LOGITS || (output.kind() == null && !scores.areInUnitRange());
  }

  private void requireUnitRange() {
    if (!scores.areInUnitRange()) {
      throw new ModelException(
          "the model's answers to sample images do not lie between 0 and 1, so they are not"
              + " probabilities: export it to return logits");
    }
  }
}
