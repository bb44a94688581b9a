package dev.millrace.trainer.torch;

import dev.millrace.core.training.Optimizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Adam with decoupled weight decay, like PyTorch's {@code AdamW}. */
final class AdamW implements Descent {

  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final double beta1;
  private final Tensor weights;
  private final Tensor gradients;
  private final List<ParameterGroup> groups;
  private final Tensor mean;
  private final Tensor squares;

  AdamW(Optimizer optimizer, Tensor weights, Tensor gradients, List<ParameterGroup> groups) {
    this.beta1 = optimizer.momentum();
    this.weights = weights;
    this.gradients = gradients;
    this.groups = groups;
    this.mean = torch.zeros_like(gradients).retainReference();
    this.squares = torch.zeros_like(gradients).retainReference();
  }

  @Override
  public void step(double learningRate, long step) {
    mean.mul_(new Scalar(beta1)).add_(gradients, new Scalar(1 - beta1));
    squares.mul_(new Scalar(BETA2)).addcmul_(gradients, gradients, new Scalar(1 - BETA2));
    double unbiased = Math.sqrt(1 - Math.pow(BETA2, (double) step));
    for (ParameterGroup group : groups) {
      double rate = learningRate * group.rates().rateFactor();
      Tensor size = group.of(squares).sqrt().div_(new Scalar(unbiased)).add_(new Scalar(EPSILON));
      group
          .of(weights)
          .mul_(new Scalar(1 - rate * group.rates().weightDecay()))
          .addcdiv_(group.of(mean), size, new Scalar(-rate / (1 - Math.pow(beta1, (double) step))));
    }
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    state.put(MOMENTUM, mean);
    state.put(SQUARES, squares);
    return state;
  }
}
