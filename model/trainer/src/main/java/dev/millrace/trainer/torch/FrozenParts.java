package dev.millrace.trainer.torch;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.training.Pretrained;
import java.util.List;

/**
 * The parts of a network that do not learn.
 *
 * @param names the names of the parts, as in {@link Pretrained#freeze()}
 */
record FrozenParts(List<String> names) {

  FrozenParts {
    names = List.copyOf(names);
  }

  /** {@return whether training steps change this parameter} */
  boolean learns(Parameter parameter) {
    return parameter.trained() && !contain(parameter.name());
  }

  /**
   * {@return whether, in a training step, a batch norm normalises by the batch's statistics and
   * updates the stored statistics}
   */
  boolean normalisesByBatch(String batchNorm) {
    return !contain(batchNorm);
  }

  private boolean contain(String name) {
    return names.contains(part(name));
  }

  /**
   * {@return the part to which a tensor or a layer belongs: {@code stem}, {@code layer1} and so on,
   * or {@code fc}}
   */
  private static String part(String name) {
    String first = name.substring(0, (name + ".").indexOf('.'));
    return first.equals("conv1") || first.equals("bn1") ? Pretrained.STEM : first;
  }
}
