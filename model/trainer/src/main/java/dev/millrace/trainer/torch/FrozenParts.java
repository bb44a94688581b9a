package dev.millrace.trainer.torch;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.training.Pretrained;
import java.util.List;

/**
 * The parts of a network that do not learn.
 *
 * @param names as {@link Pretrained} has them
 */
record FrozenParts(List<String> names) {

  FrozenParts {
    names = List.copyOf(names);
  }

  /** Whether steps change a parameter. */
  boolean learns(Parameter parameter) {
    return parameter.trained() && !contain(parameter.name());
  }

  /** Whether a batch norm, by its name, uses the batch's own statistics and notes them. */
  boolean normalisesByBatch(String batchNorm) {
    return !contain(batchNorm);
  }

  private boolean contain(String name) {
    return names.contains(part(name));
  }

  /** What a tensor or a layer is part of: the stem, {@code layer1} and so on, or {@code fc}. */
  private static String part(String name) {
    String first = name.substring(0, (name + ".").indexOf('.'));
    return first.equals("conv1") || first.equals("bn1") ? Pretrained.STEM : first;
  }
}
