package dev.millrace.trainer.torch;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Encoder;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A residual network that learns by gradient descent.
 *
 * <p>Confined to one thread. libtorch computes on threads of its own. Native memory is freed after
 * each step, not by the garbage collector.
 */
public final class TorchNetwork implements EncoderNetwork {

  /** The largest share of the heap for the inputs of the last layer. */
  private static final double SHARE_OF_HEAP = 0.25;

  private static final String HEAD = "fc";
  private static final String WEIGHT = "weight";
  private static final String AVERAGE = "average";
  private static final int MEAN_OF_BATCH = 1;
  private static final int IGNORE_NOTHING = -100;

  private final ResNet network;
  private final FrozenParts frozen;
  private final Optimization optimization;
  private final Compute compute;
  private final NetworkTensors tensors;
  private final Tensor gradients;
  private final Descent descent;
  private final Optional<MovingAverage> average;
  private final ImageTensors images;
  private final Optional<FeatureCache> cache;
  private long steps;

  /**
   * Copies the weights to the device.
   *
   * @param network the network
   * @param weights the initial weights, as {@link ResNet#fit} accepts them
   * @param freeze names of the parts that do not learn; see {@link Pretrained}
   * @param optimization the settings with which the other parts learn
   * @param preprocessing the preprocessing of the images
   * @param compute on what, and in which number format, the steps are computed. Its number of
   *     threads becomes the number of libtorch's threads in the whole process
   * @throws TrainingException if the device is not available
   * @throws dev.millrace.core.model.ModelException if the weights belong to another network
   */
  public TorchNetwork(
      ResNet network,
      Weights weights,
      List<String> freeze,
      Optimization optimization,
      Preprocessing preprocessing,
      Compute compute) {
    this.network = network;
    this.frozen = new FrozenParts(freeze);
    this.optimization = optimization;
    this.compute = compute;
    TorchLibrary.threads(compute.threads());
    org.bytedeco.pytorch.Device place = TorchLibrary.device(compute.device());
    Weights fitting = network.fit(weights);
    Map<Boolean, List<Parameter>> parts =
        network.parameters().stream().collect(Collectors.partitioningBy(frozen::learns));
    List<ParameterGroup> groups = ParameterGroup.of(parts.get(true), optimization);
    List<Parameter> learning =
        groups.stream().flatMap(group -> group.parameters().stream()).toList();
    Optimizer optimizer = optimization.optimizer();
    try (PointerScope scope = new PointerScope()) {
      tensors = new NetworkTensors(learning, parts.get(false), fitting, place);
      gradients = tensors.learning().trackGradients();
      descent = Descent.of(optimizer, tensors.learning().flat(), gradients, groups);
      average =
          optimizer.emaDecay() == 0
              ? Optional.empty()
              : Optional.of(
                  new MovingAverage(
                      optimizer.emaDecay(),
                      new NetworkTensors(learning, parts.get(false), fitting, place)));
      images = new ImageTensors(preprocessing, place);
    }
    boolean onlyHead =
        learning.stream().allMatch(parameter -> parameter.name().startsWith(HEAD + "."));
    cache = onlyHead ? Optional.of(new FeatureCache(place, roomForFeatures())) : Optional.empty();
  }

  /**
   * Requires that networks can be trained on a device.
   *
   * @param device the device
   * @throws TrainingException if the device is not available
   */
  public static void requireAvailable(Device device) {
    TorchLibrary.requireAvailable(device);
  }

  private static long roomForFeatures() {
    return (long) (SHARE_OF_HEAP * Runtime.getRuntime().maxMemory());
  }

  /**
   * The results of a step, measured before the step changed the weights.
   *
   * @param loss the loss of the batch, in nats; not finite if the training has diverged
   * @param right number of images of the batch that were classified correctly; the class of a
   *     mixture is the class of its larger part
   */
  public record Step(double loss, int right) {}

  /**
   * Does one training step on a batch.
   *
   * @param batch the batch
   * @param learningRate the learning rate of this step
   * @return the results of the step
   */
  public Step step(MiniBatch batch, double learningRate) {
    try (PointerScope scope = new PointerScope()) {
      Tensor logits = learningLogits(batch);
      Tensor labels = images.labels(batch.labels());
      Tensor loss = loss(logits, labels, batch);
      double value = loss.item_double();
      loss.backward();
      try (NoGradGuard guard = new NoGradGuard()) {
        steps++;
        clip(optimization.optimizer().clipNorm());
        descent.step(learningRate, steps);
        gradients.zero_();
        average.ifPresent(averaged -> averaged.add(tensors, steps));
        return new Step(value, right(logits, batch));
      }
    }
  }

  private Tensor loss(Tensor logits, Tensor labels, MiniBatch batch) {
    double smoothing = optimization.labelSmoothing();
    Tensor loss = crossEntropy(logits, labels, smoothing);
    if (batch.share() == 1) {
      return loss;
    }
    Tensor other = crossEntropy(logits, images.labels(batch.others()), smoothing);
    return loss.mul(new Scalar(batch.share())).add(other, new Scalar(1 - batch.share()));
  }

  private static Tensor crossEntropy(Tensor logits, Tensor labels, double smoothing) {
    return torch.cross_entropy_loss(
        logits, labels, new TensorOptional(), MEAN_OF_BATCH, IGNORE_NOTHING, smoothing);
  }

  /**
   * Scales the gradients down to a norm, like PyTorch's clip_grad_norm_. Does nothing if {@code
   * norm} is 0.
   */
  private void clip(double norm) {
    if (norm > 0) {
      double factor = norm / (gradients.norm().item_double() + 1e-6);
      gradients.mul_(new Scalar(Math.min(1, factor)));
    }
  }

  private int right(Tensor logits, MiniBatch batch) {
    Tensor labels = images.labels(batch.mainLabels());
    return (int) logits.argmax(new LongOptional(1), false).eq(labels).sum().item_long();
  }

  /**
   * {@return the gradients of a batch's loss, under the names of the weights, and the loss as a
   * scalar named {@code loss}} This method does not change the trained weights, but updates the
   * statistics of the batch norms that are not frozen.
   */
  Weights gradients(MiniBatch batch) {
    try (PointerScope scope = new PointerScope()) {
      Tensor loss = crossEntropy(learningLogits(batch), images.labels(batch.labels()), 0);
      loss.backward();
      try (NoGradGuard guard = new NoGradGuard()) {
        Map<String, WeightTensor> result = new LinkedHashMap<>(tensors.learning().read(gradients));
        result.put(
            "loss", new WeightTensor(List.of(), FloatBuffer.wrap(new float[] {loss.item_float()})));
        gradients.zero_();
        return new Weights(result);
      }
    }
  }

  /**
   * Classifies a batch like the served model, with the stored statistics of the batch norms. If the
   * optimiser averages the weights, this method uses the averaged weights.
   *
   * @param batch the batch
   * @return probabilities {@code float32[images, classes]}; each row is a distribution
   */
  public FloatBuffer probabilities(MiniBatch batch) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      ForwardPass pass = new ForwardPass(served()::get, batchNorm -> false, 0, true);
      return Parameters.copy(torch.softmax(logits(pass, batch), 1, new ScalarTypeOptional()));
    }
  }

  /**
   * Computes the input of the last layer with the stored statistics of the batch norms, and with
   * the weights to serve.
   *
   * @param batch the batch
   * @return the features, {@code float32[images, features]}
   */
  @Override
  public FloatBuffer features(MiniBatch batch) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      ForwardPass pass = new ForwardPass(served()::get, batchNorm -> false, 0, false);
      return Parameters.copy(network.build(pass, images.pixels(batch)));
    }
  }

  private Tensor learningLogits(MiniBatch batch) {
    return logits(
        new ForwardPass(
            tensors::get, frozen::normalisesByBatch, ForwardPass.MOMENTUM, true, compute.bf16()),
        batch);
  }

  /**
   * {@return the outputs of the last layer} The inputs of the last layer come from the cache, if
   * there is one.
   */
  private Tensor logits(ForwardPass pass, MiniBatch batch) {
    if (cache.isEmpty() || batch.images().length == 0) {
      return network.build(pass, images.pixels(batch));
    }
    ForwardPass backbone = new ForwardPass(tensors::get, batchNorm -> false, 0, false);
    Tensor features =
        cache
            .get()
            .of(batch, part -> network.build(backbone, images.pixels(part, FeatureCache.GROUP)));
    return pass.last(HEAD, features);
  }

  /**
   * Adds a batch to an estimate of the batch norms' statistics for the weights to serve. The
   * averages from the training steps are inexact, because the weights changed during these steps,
   * and are far off after few steps. An estimate after the steps is exact: Wu and Johnson,
   * "Rethinking 'Batch' in BatchNorm" (2021), section 3. Frozen parts keep their statistics.
   *
   * @param batch the batch
   * @param before number of images that the estimate already includes; 0 starts a new estimate
   */
  @Override
  public void estimateStatistics(MiniBatch batch, int before) {
    if (cache.isPresent()) {
      return; // All batch norms are frozen.
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      double share = (double) batch.size() / (before + batch.size());
      ForwardPass pass = new ForwardPass(served()::get, frozen::normalisesByBatch, share, true);
      Tensor unused = network.build(pass, images.pixels(batch));
    }
  }

  /**
   * Restores the statistics of batch norms whose mean is 0 and whose variance is 1, because an
   * exporter folded them into weight and bias. The network's answers stay the same. Frozen parts
   * keep their tensors, because they do not normalise by the batch's statistics.
   *
   * @param batch the images from which the statistics are computed
   * @return the number of batch norms that were restored
   */
  public int restoreFoldedNorms(MiniBatch batch) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Set<String> folded =
          FoldedNorms.of(tensors.read()).stream()
              .filter(frozen::normalisesByBatch)
              .collect(Collectors.toSet());
      if (!folded.isEmpty()) {
        ForwardPass pass =
            new ForwardPass(
                tensors::get,
                batchNorm -> false,
                0,
                false,
                false,
                (name, input) -> {
                  if (folded.contains(name)) {
                    FoldedNorms.restore(tensors, name, input);
                  }
                });
        Tensor unused = network.build(pass, images.pixels(batch));
        average.ifPresent(averaged -> averaged.values().set(tensors.read()));
      }
      return folded.size();
    }
  }

  /**
   * Replaces the weights to serve.
   *
   * @param weights the weights, as {@link #weights} returned them
   */
  public void serve(Weights weights) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      served().set(weights);
    }
  }

  private NetworkTensors served() {
    return average.map(MovingAverage::values).orElse(tensors);
  }

  /**
   * {@return a copy of the weights to serve, under torchvision's names and in torchvision's order}
   * If the optimiser averages the weights, this is the average.
   */
  public Weights weights() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      return network.fit(served().read());
    }
  }

  /** {@return the {@link #weights} without those of the last layer} */
  @Override
  public Weights encoder() {
    return Encoder.weights(network, weights());
  }

  /**
   * {@return a copy of everything that the steps change, by kind} The keys of each value are names
   * of weights.
   */
  @Override
  public Map<String, Weights> state() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Map<String, Weights> state = new LinkedHashMap<>();
      state.put(WEIGHT, tensors.read());
      descent
          .state()
          .forEach((kind, flat) -> state.put(kind, new Weights(tensors.learning().read(flat))));
      average.ifPresent(averaged -> state.put(AVERAGE, averaged.values().read()));
      return state;
    }
  }

  /**
   * Restores a saved state.
   *
   * @param state the state, as {@link #state} returned it
   * @param done the number of steps that led to the state
   */
  @Override
  public void restore(Map<String, Weights> state, long done) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      tensors.set(state.get(WEIGHT));
      descent.state().forEach((kind, flat) -> tensors.learning().set(state.get(kind), flat));
      average.ifPresent(averaged -> averaged.values().set(state.get(AVERAGE)));
      steps = done;
    }
  }

  @Override
  public void close() {
    descent.close();
    average.ifPresent(MovingAverage::close);
    gradients.releaseReference();
    images.close();
    tensors.close();
  }
}
