package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PerceptronTest {

  private static final Perceptron PROJECTOR = new Perceptron("projector", List.of(3, 4, 4), true);
  private static final Perceptron PREDICTOR = new Perceptron("predictor", List.of(4, 2, 4), false);
  private static final float STEP = 5e-3f;
  private static final int IMAGES = 6;

  @BeforeEach
  void useOneThread() {
    TorchLibrary.threads(1);
  }

  @Test
  void names_areThoseOfPyTorchsSequential() {
    assertThat(PROJECTOR.parameters())
        .extracting(Parameter::name)
        .containsExactly(
            "projector.0.weight",
            "projector.1.weight",
            "projector.1.bias",
            "projector.1.running_mean",
            "projector.1.running_var",
            "projector.3.weight",
            "projector.4.weight",
            "projector.4.bias",
            "projector.4.running_mean",
            "projector.4.running_var");
    assertThat(PREDICTOR.parameters())
        .extracting(Parameter::name)
        .endsWith("predictor.3.weight", "predictor.3.bias");
    assertThat(PROJECTOR.initial(new Random(1)).keySet())
        .containsExactlyInAnyOrderElementsOf(
            PROJECTOR.parameters().stream().map(Parameter::name).toList());
  }

  /**
   * SimSiam stops the gradient at the targets. Therefore, the gradient for a weight is the
   * derivative of the loss with fixed targets.
   */
  @Test
  void gradients_equalFiniteDifferencesWithFixedTargets() {
    Random random = new Random(3);
    Map<String, WeightTensor> weights = new LinkedHashMap<>(PROJECTOR.initial(random));
    weights.putAll(PREDICTOR.initial(random));
    List<Parameter> shapes = new ArrayList<>(PROJECTOR.parameters());
    shapes.addAll(PREDICTOR.parameters());
    float[][] views = {floats(random), floats(random)};
    try (PointerScope scope = new PointerScope()) {
      Tensor[] targets;
      Map<String, WeightTensor> gradients;
      try (LearningTensors tensors = tensors(shapes, weights)) {
        Tensor[] projections = {project(tensors, views[0]), project(tensors, views[1])};
        loss(tensors, views, projections).backward();
        gradients = tensors.readGradients();
        targets = new Tensor[] {projections[0].detach(), projections[1].detach()};
      }
      for (Parameter parameter : shapes) {
        if (parameter.trained()) {
          for (int i = 0; i < parameter.count(); i++) {
            double more = loss(shapes, varied(weights, parameter, i, STEP), views, targets);
            double less = loss(shapes, varied(weights, parameter, i, -STEP), views, targets);
            assertThat((double) gradients.get(parameter.name()).values().get(i))
                .as("%s[%d]", parameter.name(), i)
                .isEqualTo((more - less) / (2 * STEP), within(2e-3));
          }
        }
      }
    }
  }

  private static float[] floats(Random random) {
    float[] values = new float[IMAGES * 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static LearningTensors tensors(
      List<Parameter> shapes, Map<String, WeightTensor> weights) {
    return new LearningTensors(
        shapes,
        new Weights(weights),
        Optimization.of(1, IMAGES, 0.1, Schedule.COSINE),
        TorchLibrary.device(Device.CPU));
  }

  private static Map<String, WeightTensor> varied(
      Map<String, WeightTensor> weights, Parameter parameter, int i, float change) {
    FloatBuffer values = FloatBuffer.allocate((int) parameter.count());
    values.put(weights.get(parameter.name()).values().duplicate().rewind()).rewind();
    values.put(i, values.get(i) + change);
    Map<String, WeightTensor> all = new LinkedHashMap<>(weights);
    all.put(parameter.name(), new WeightTensor(parameter.shape(), values));
    return all;
  }

  private static double loss(
      List<Parameter> shapes,
      Map<String, WeightTensor> weights,
      float[][] views,
      Tensor[] targets) {
    try (LearningTensors tensors = tensors(shapes, weights)) {
      return loss(tensors, views, targets).item_double();
    }
  }

  private static Tensor loss(LearningTensors tensors, float[][] views, Tensor[] targets) {
    Tensor[] predictions = {
      PREDICTOR.build(pass(tensors), project(tensors, views[0])),
      PREDICTOR.build(pass(tensors), project(tensors, views[1]))
    };
    return NegativeCosine.ofBoth(predictions, targets);
  }

  private static Tensor project(LearningTensors tensors, float[] view) {
    return PROJECTOR.build(pass(tensors), torch.tensor(view).view(IMAGES, 3));
  }

  private static ForwardPass pass(LearningTensors tensors) {
    return new ForwardPass(tensors::get, batchNorm -> true, 0.1, false);
  }
}
