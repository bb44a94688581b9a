package dev.millrace.onnx;

import dev.millrace.core.runtime.AnswerKind;
import java.util.List;

/**
 * The nodes that compute a prepared model's answers from the scores {@code float32[N, classes]}.
 */
public enum ScoreTail {
  /** A softmax of logits. */
  SOFTMAX(AnswerKind.EXCLUSIVE, "softmax appended") {
    @Override
    void add(NodeChain scores) {
      softmax(scores);
    }
  },

  /** No nodes, because the scores are already distributions. */
  DISTRIBUTION(AnswerKind.EXCLUSIVE, "softmax of its own"),

  /**
   * A division of each image's scores by their sum. The scores are probabilities on another scale,
   * for example percent, or probabilities that are rounded to half precision.
   */
  DIVIDED(AnswerKind.EXCLUSIVE, "softmax of its own, divided by its sum") {
    @Override
    void add(NodeChain scores) {
      // The softmax of the logarithms of some numbers divides each number by the sum of all
      // numbers.
      scores.then("Log", "tail/log");
      softmax(scores);
    }
  },

  /** No nodes, because the scores are probabilities that the model has rounded to 8 bits. */
  COARSE(AnswerKind.COARSE, "softmax of its own, rounded to 8 bits"),

  /** A sigmoid of the logit of each class. */
  SIGMOIDS(AnswerKind.INDEPENDENT, "independent classes, sigmoid appended") {
    @Override
    void add(NodeChain scores) {
      scores.then("Sigmoid", "tail/sigmoid");
    }
  },

  /** No nodes, because the scores are already the probabilities of independent classes. */
  INDEPENDENT(AnswerKind.INDEPENDENT, "independent classes"),

  /** The probabilities 1 - p and p, where p is the sigmoid of the only logit. */
  TWO_OF_LOGIT(AnswerKind.EXCLUSIVE, "two probabilities from one logit") {
    @Override
    void add(NodeChain scores) {
      scores.precededBy("Neg", "tail/negated", "tail/two", List.of());
      scores.then("Sigmoid", "tail/sigmoid");
    }
  },

  /** The probabilities 1 - p and p, where p is the only score. */
  TWO_OF_PROBABILITY(AnswerKind.EXCLUSIVE, "two probabilities from one") {
    @Override
    void add(NodeChain scores) {
      String one = scores.constant("tail/one", 1f);
      scores.precededBy("Sub", "tail/other", "tail/two", List.of(one));
    }
  };

  private final AnswerKind answers;
  private final String text;

  ScoreTail(AnswerKind answers, String text) {
    this.answers = answers;
    this.text = text;
  }

  /** {@return the kind of the prepared model's answers} */
  public AnswerKind answers() {
    return answers;
  }

  /** Adds the nodes. */
  void add(NodeChain scores) {}

  /**
   * Adds a softmax. Before operator set 13, Softmax's attribute axis had another meaning. For a
   * tensor of two dimensions, both meanings give the same result.
   */
  private static void softmax(NodeChain scores) {
    scores.then("Softmax", "tail/softmax", Attribute.integer("axis", 1));
  }

  /** {@return a few words about the answers, for example {@code softmax appended}} */
  @Override
  public String toString() {
    return text;
  }
}
