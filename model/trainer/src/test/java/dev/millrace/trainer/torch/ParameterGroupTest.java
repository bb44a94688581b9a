package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.LearningRate;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.Sampling;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.training.WarmUp;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParameterGroupTest {

  private static final List<Parameter> WEIGHTS =
      ResNet.of("resnet20").parameters().stream().filter(Parameter::trained).toList();

  private static List<ParameterGroup> groups(boolean decayNorms, double backboneFactor) {
    return ParameterGroup.of(
        WEIGHTS,
        new Optimization(
            1,
            0,
            Sampling.DEFAULTS,
            new LearningRate(0.1, Schedule.STEP, WarmUp.NONE, backboneFactor),
            new Optimizer(Optimizer.Rule.SGD, 0.9, 0.5, decayNorms, 0, 0),
            0,
            false));
  }

  @Test
  void defaults_areOneGroup_inTheOrderOfTheNetwork() {
    assertThat(groups(true, 1))
        .singleElement()
        .extracting(ParameterGroup::parameters)
        .isEqualTo(WEIGHTS);
  }

  @Test
  void normsAndBiases_doNotDecay() {
    for (ParameterGroup group : groups(false, 1)) {
      for (Parameter parameter : group.parameters()) {
        boolean factors = parameter.name().matches("conv1.*|.*\\.conv.*|fc\\.weight");
        assertThat(group.rates().weightDecay()).as(parameter.name()).isEqualTo(factors ? 0.5 : 0);
      }
    }
  }

  @Test
  void backbone_learnsMoreSlowlyThanTheHead_andGroupsLieSideBySide() {
    List<ParameterGroup> groups = groups(true, 0.1);
    assertThat(groups).extracting(group -> group.rates().rateFactor()).containsExactly(0.1, 1.0);
    assertThat(groups.get(1).parameters())
        .extracting(Parameter::name)
        .containsExactly("fc.weight", "fc.bias");
    assertThat(groups.get(1).from())
        .isEqualTo(groups.get(0).parameters().stream().mapToLong(Parameter::count).sum());
  }
}
