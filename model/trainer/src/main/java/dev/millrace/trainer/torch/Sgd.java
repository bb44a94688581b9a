package dev.millrace.trainer.torch;

import dev.millrace.core.training.Optimizer;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Stochastic gradient descent, like PyTorch's {@code SGD} without dampening. */
final class Sgd implements Descent {

  private final double momentum;
  private final boolean nesterov;
  private final Tensor weights;
  private final Tensor gradients;
  private final List<ParameterGroup> groups;
  private final Tensor velocity;

  Sgd(Optimizer optimizer, Tensor weights, Tensor gradients, List<ParameterGroup> groups) {
    this.momentum = optimizer.momentum();
    this.nesterov = optimizer.rule() == Optimizer.Rule.NESTEROV;
    this.weights = weights;
    this.gradients = gradients;
    this.groups = groups;
    this.velocity = torch.zeros_like(gradients).retainReference();
  }

  @Override
  public void step(double learningRate, long step) {
    for (ParameterGroup group : groups) {
      Tensor gradient = group.of(gradients);
      gradient.add_(group.of(weights), new Scalar(group.rates().weightDecay()));
      Tensor change = group.of(velocity).mul_(new Scalar(momentum)).add_(gradient);
      if (nesterov) {
        change = gradient.add_(change, new Scalar(momentum));
      }
      group.of(weights).sub_(change, new Scalar(learningRate * group.rates().rateFactor()));
    }
  }

  @Override
  public Map<String, Tensor> state() {
    return Map.of(MOMENTUM, velocity);
  }
}
