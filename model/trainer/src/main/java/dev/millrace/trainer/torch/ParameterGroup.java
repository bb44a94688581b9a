package dev.millrace.trainer.torch;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.training.Optimization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Weights with the same weight decay and the same learning rate. The weights are adjacent in a flat
 * tensor.
 *
 * @param rates the weight decay and the learning rate
 * @param parameters the group's weights, in the order of the flat tensor
 * @param from the index at which the group begins in the flat tensor
 */
record ParameterGroup(Rates rates, List<Parameter> parameters, long from) {

  private static final String HEAD = "fc.";

  /**
   * The values that all weights of a group share.
   *
   * @param weightDecay the weight decay
   * @param rateFactor the factor to multiply the learning rate by
   */
  record Rates(double weightDecay, double rateFactor) {
    private static Rates of(Parameter parameter, Optimization optimization) {
      boolean decays = optimization.optimizer().decayNorms() || parameter.shape().size() > 1;
      boolean head = parameter.name().startsWith(HEAD);
      return new Rates(
          decays ? optimization.optimizer().weightDecay() : 0,
          head ? 1 : optimization.learningRate().backboneFactor());
    }
  }

  /** {@return the groups of the given weights; each group keeps the order of its weights} */
  static List<ParameterGroup> of(List<Parameter> parameters, Optimization optimization) {
    Map<Rates, List<Parameter>> byRates = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      byRates
          .computeIfAbsent(Rates.of(parameter, optimization), key -> new ArrayList<>())
          .add(parameter);
    }
    List<ParameterGroup> groups = new ArrayList<>();
    long from = 0;
    for (Map.Entry<Rates, List<Parameter>> entry : byRates.entrySet()) {
      ParameterGroup group = new ParameterGroup(entry.getKey(), entry.getValue(), from);
      groups.add(group);
      from += group.count();
    }
    return groups;
  }

  private long count() {
    return parameters.stream().mapToLong(Parameter::count).sum();
  }

  /** {@return the group's part of a flat tensor; writing to the part changes the flat tensor} */
  Tensor of(Tensor flat) {
    return flat.slice(0, new LongOptional(from), new LongOptional(from + count()), 1);
  }
}
