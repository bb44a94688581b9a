package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.Schedule;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares the optimisers with libtorch's own. */
class DescentTest {

  private static final double RATE = 0.01;
  private static final double MOMENTUM = 0.9;
  private static final double DECAY = 0.05;
  private static final int STEPS = 5;
  private static final int VALUES = 50;

  @ParameterizedTest
  @EnumSource(Optimizer.Rule.class)
  void steps_areThoseOfLibtorch(Optimizer.Rule rule) {
    try (PointerScope scope = new PointerScope()) {
      TorchLibrary.threads(1);
      Tensor start = torch.randn(VALUES);
      Tensor theirs = start.clone().detach().set_requires_grad(true);
      org.bytedeco.pytorch.Optimizer reference = reference(rule, new TensorVector(theirs));
      Tensor ours = start.clone();
      Tensor gradients = torch.zeros(VALUES);
      Optimizer optimizer = new Optimizer(rule, MOMENTUM, DECAY, true, 0, 0);
      try (Descent descent = Descent.of(optimizer, ours, gradients, groups(optimizer))) {
        for (int step = 1; step <= STEPS; step++) {
          Tensor gradient = torch.randn(VALUES);
          theirs.mutable_grad().put(gradient.clone());
          reference.step();
          try (NoGradGuard guard = new NoGradGuard()) {
            gradients.copy_(gradient);
            descent.step(RATE, step);
          }
        }
      }
      assertThat(apart(ours, theirs)).isLessThan(1e-6);
      assertThat(apart(ours, start)).isGreaterThan(1e-2);
    }
  }

  private static double apart(Tensor a, Tensor b) {
    return a.sub(b.detach()).abs().max().item_double();
  }

  private static List<ParameterGroup> groups(Optimizer optimizer) {
    return ParameterGroup.of(
        List.of(new Parameter("fc.weight", List.of(10, 5), true)),
        Optimization.of(1, 2, RATE, Schedule.STEP).with(optimizer));
  }

  private static org.bytedeco.pytorch.Optimizer reference(
      Optimizer.Rule rule, TensorVector weights) {
    if (rule == Optimizer.Rule.ADAMW) {
      AdamWOptions options = new AdamWOptions(RATE);
      options.weight_decay().put(DECAY);
      return new org.bytedeco.pytorch.AdamW(weights, options);
    }
    SGDOptions options = new SGDOptions(RATE);
    options.momentum().put(MOMENTUM);
    options.weight_decay().put(DECAY);
    options.nesterov().put(rule == Optimizer.Rule.NESTEROV);
    return new SGD(weights, options);
  }
}
