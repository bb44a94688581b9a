package dev.millrace.trainer.torch;

import dev.millrace.core.training.Optimizer;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/** The optimiser's rule and its state. All tensors are flat and have the layout of the weights. */
interface Descent extends AutoCloseable {

  /** The name of the first moment of the gradients in {@link #state}. */
  String MOMENTUM = "momentum";

  /** The name of the second moment of the gradients in {@link #state}. */
  String SQUARES = "squares";

  /**
   * Creates the state of an optimiser that has done no step.
   *
   * @param weights the weights, a flat tensor
   * @param gradients the gradients of the weights
   * @param groups the groups of the weights
   */
  static Descent of(
      Optimizer optimizer, Tensor weights, Tensor gradients, List<ParameterGroup> groups) {
    return optimizer.rule() == Optimizer.Rule.ADAMW
        ? new AdamW(optimizer, weights, gradients, groups)
        : new Sgd(optimizer, weights, gradients, groups);
  }

  /**
   * Changes the weights. May change the gradients, too.
   *
   * @param learningRate the learning rate of this step
   * @param step the number of the step, from 1
   */
  void step(double learningRate, long step);

  /** {@return the tensors that the optimiser needs to continue, by name} */
  Map<String, Tensor> state();

  @Override
  default void close() {
    state().values().forEach(Pointer::releaseReference);
  }
}
