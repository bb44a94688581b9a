package dev.millrace.core.training;

import java.util.Objects;

/**
 * The rule that changes the weights in a step.
 *
 * @param rule the rule
 * @param momentum the momentum, at least 0 and below 1. For {@link Rule#ADAMW} this is beta 1
 * @param weightDecay the weight decay, at least 0
 * @param decayNorms whether the weight decay also applies to biases and to the scales and shifts of
 *     batch norms. He et al. (2015) did so; later recipes do not
 * @param clipNorm the largest norm of the gradients of all weights together. Larger gradients are
 *     scaled down to this norm. 0 means no limit
 * @param emaDecay the share of the old average, at least 0 and below 1, in the exponential moving
 *     average of the weights. If it is above 0, the average is evaluated and published instead of
 *     the weights
 */
public record Optimizer(
    Rule rule,
    double momentum,
    double weightDecay,
    boolean decayNorms,
    double clipNorm,
    double emaDecay) {

  /**
   * The defaults: stochastic gradient descent with a momentum of 0.9, a weight decay of 1e-4 on all
   * weights, no limit for the gradients and no averaging.
   */
  public static final Optimizer DEFAULTS = new Optimizer(Rule.SGD, 0.9, 1e-4, true, 0, 0);

  /** A rule that changes the weights. */
  public enum Rule {
    /**
     * Stochastic gradient descent with momentum. The weight decay is added to the gradients, as
     * PyTorch's {@code SGD} does it.
     */
    SGD,
    /** Stochastic gradient descent as in {@link #SGD}, but with Nesterov's momentum. */
    NESTEROV,
    /**
     * Adam with decoupled weight decay: Loshchilov and Hutter (2019). Beta 2 is 0.999, and epsilon
     * is 1e-8, which are PyTorch's defaults.
     */
    ADAMW
  }

  /**
   * Validates the values.
   *
   * @param rule the rule
   * @param momentum the momentum
   * @param weightDecay the weight decay
   * @param decayNorms whether the weight decay also applies to biases and batch norms
   * @param clipNorm the largest norm of the gradients, or 0
   * @param emaDecay the share of the old average in the moving average of the weights, or 0
   * @throws IllegalArgumentException if a value is out of range; the message contains the name of
   *     the option and the value
   */
  public Optimizer {
    Objects.requireNonNull(rule, "rule");
    Range.requireShare("momentum", momentum);
    Range.requireNotNegative("weight-decay", weightDecay);
    Range.requireNotNegative("clip-norm", clipNorm);
    Range.requireShare("ema-decay", emaDecay);
  }
}
