package dev.millrace.trainer.torch;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Encoder;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.SimSiam;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * An encoder that learns without labels, with SimSiam's projector and predictor: Chen and He
 * (2021). Training moves the predictor's output for one view of an image towards the projector's
 * output for another view. The learning rate of the predictor does not fall (section 4.2).
 *
 * <p>Confined to one thread. libtorch computes on threads of its own. Native memory is freed after
 * each step, not by the garbage collector.
 */
public final class SimSiamNetwork implements EncoderNetwork {

  private static final String ENCODER = "encoder";
  private static final String PREDICTOR = "predictor";

  private final ResNet network;
  private final Compute compute;
  private final Perceptron projector;
  private final Perceptron predictor;
  private final double constantRate;
  private final LearningTensors encoding;
  private final LearningTensors predicting;
  private final ImageTensors images;

  /**
   * Creates a network with random weights on the device.
   *
   * @param network the network, whose last layer is not used
   * @param simSiam the layers after the encoder
   * @param optimization how all layers learn
   * @param seed the seed of the initial weights
   * @param preprocessing the preprocessing of the images
   * @param compute on what, and in which number format, the steps are computed. Its number of
   *     threads becomes the number of libtorch's threads in the whole process
   * @param initial the encoder's weights, without the last layer
   * @throws TrainingException if the device is not available
   */
  public SimSiamNetwork(
      ResNet network,
      SimSiam simSiam,
      Optimization optimization,
      long seed,
      Preprocessing preprocessing,
      Compute compute,
      Weights initial) {
    this.network = network;
    this.compute = compute;
    this.constantRate = optimization.learningRate().peak();
    int width = simSiam.width();
    List<Integer> widths = new ArrayList<>(List.of(Encoder.features(network)));
    for (int i = 0; i < simSiam.layers(); i++) {
      widths.add(width);
    }
    projector = new Perceptron("projector", widths, true);
    predictor = new Perceptron(PREDICTOR, List.of(width, simSiam.bottleneck(), width), false);
    TorchLibrary.threads(compute.threads());
    org.bytedeco.pytorch.Device place = TorchLibrary.device(compute.device());
    Random random = new Random(seed);
    Map<String, WeightTensor> values = new LinkedHashMap<>(initial.tensors());
    values.putAll(projector.initial(random));
    List<Parameter> shapes = new ArrayList<>(Encoder.parameters(network));
    shapes.addAll(projector.parameters());
    try (PointerScope scope = new PointerScope()) {
      encoding = new LearningTensors(shapes, new Weights(values), optimization, place);
      predicting =
          new LearningTensors(
              predictor.parameters(), new Weights(predictor.initial(random)), optimization, place);
      images = new ImageTensors(preprocessing, place);
    }
  }

  /**
   * The results of a step, measured before the step changed the weights.
   *
   * @param loss the loss of the batch; not finite if the training has diverged
   * @param outputs the projector's outputs for the first views, {@code float32[images, width]}
   */
  public record Step(double loss, FloatBuffer outputs) {}

  /**
   * Does one training step.
   *
   * @param first a view of each image
   * @param second another view of each image, in the same order
   * @param learningRate the learning rate of the encoder and the projector
   * @return the results of the step
   */
  public Step step(MiniBatch first, MiniBatch second, double learningRate) {
    try (PointerScope scope = new PointerScope()) {
      Tensor[] projections = {project(first), project(second)};
      Tensor[] predictions = {predict(projections[0]), predict(projections[1])};
      Tensor loss = NegativeCosine.ofBoth(predictions, projections);
      double value = loss.item_double();
      loss.backward();
      try (NoGradGuard guard = new NoGradGuard()) {
        encoding.step(learningRate);
        predicting.step(constantRate);
        return new Step(value, Parameters.copy(projections[0]));
      }
    }
  }

  /** {@return the projector's output for a batch, normalised by the batch's statistics} */
  private Tensor project(MiniBatch batch) {
    ForwardPass pass = learning(encoding);
    return projector.build(pass, network.build(pass, images.pixels(batch)));
  }

  private Tensor predict(Tensor projection) {
    return predictor.build(learning(predicting), projection);
  }

  private ForwardPass learning(LearningTensors tensors) {
    return new ForwardPass(
        tensors::get, batchNorm -> true, ForwardPass.MOMENTUM, false, compute.bf16());
  }

  @Override
  public FloatBuffer features(MiniBatch batch) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      ForwardPass pass = new ForwardPass(encoding::get, batchNorm -> false, 0, false);
      return Parameters.copy(network.build(pass, images.pixels(batch)));
    }
  }

  @Override
  public void estimateStatistics(MiniBatch batch, int before) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      double share = (double) batch.size() / (before + batch.size());
      ForwardPass pass = new ForwardPass(encoding::get, batchNorm -> true, share, false);
      Tensor unused = network.build(pass, images.pixels(batch));
    }
  }

  @Override
  public Weights encoder() {
    return Encoder.weights(network, encoding.read());
  }

  @Override
  public Map<String, Weights> state() {
    Map<String, Weights> state = new LinkedHashMap<>();
    encoding.state(ENCODER, state);
    predicting.state(PREDICTOR, state);
    return state;
  }

  @Override
  public void restore(Map<String, Weights> state, long steps) {
    encoding.restore(ENCODER, state, steps);
    predicting.restore(PREDICTOR, state, steps);
  }

  @Override
  public void close() {
    images.close();
    predicting.close();
    encoding.close();
  }
}
