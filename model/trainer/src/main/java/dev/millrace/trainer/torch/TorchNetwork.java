package dev.millrace.trainer.torch;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A residual network that learns by stochastic gradient descent.
 *
 * <p>Confined to one thread. libtorch computes on threads of its own. Native memory is freed after
 * each step, not by the garbage collector.
 */
public final class TorchNetwork implements AutoCloseable {

  private static final int MEAN_OF_BATCH = 1;
  private static final int IGNORE_NOTHING = -100;

  private final ResNet network;
  private final FrozenParts frozen;
  private final Parameters trained;
  private final Parameters kept;
  private final Tensor gradients;
  private final Tensor momentum;
  private final ImageTensors images;

  /**
   * Copies the weights to the device.
   *
   * @param network the network
   * @param weights the initial weights, as {@link ResNet#fit} accepts them
   * @param freeze names of the parts that do not learn; see {@link Pretrained}
   * @param preprocessing the preprocessing of the images
   * @param device the device to train on
   * @param threads the number of libtorch's threads in the whole process
   * @throws TrainingException if the device is not available
   * @throws dev.millrace.core.model.ModelException if the weights belong to another network
   */
  public TorchNetwork(
      ResNet network,
      Weights weights,
      List<String> freeze,
      Preprocessing preprocessing,
      Device device,
      int threads) {
    this.network = network;
    this.frozen = new FrozenParts(freeze);
    TorchLibrary.threads(threads);
    org.bytedeco.pytorch.Device place = TorchLibrary.device(device);
    Weights fitting = network.fit(weights);
    Map<Boolean, List<Parameter>> parts =
        network.parameters().stream().collect(Collectors.partitioningBy(frozen::learns));
    try (PointerScope scope = new PointerScope()) {
      trained = new Parameters(parts.get(true), fitting, place);
      kept = new Parameters(parts.get(false), fitting, place);
      gradients = trained.trackGradients();
      momentum = torch.zeros_like(gradients).retainReference();
      images = new ImageTensors(preprocessing, place);
    }
  }

  /**
   * The results of a step, measured before the step changed the weights.
   *
   * @param loss mean cross-entropy, in nats; not finite if the training has diverged
   * @param right number of images of the batch that were classified correctly
   */
  public record Step(double loss, int right) {}

  /**
   * Does one training step on a batch.
   *
   * @param batch the batch
   * @param optimization momentum, weight decay and label smoothing
   * @param learningRate the learning rate of this step
   * @return the results of the step
   */
  public Step step(MiniBatch batch, Optimization optimization, double learningRate) {
    try (PointerScope scope = new PointerScope()) {
      Tensor logits = logits(batch, frozen::normalisesByBatch);
      Tensor labels = images.labels(batch);
      Tensor loss =
          torch.cross_entropy_loss(
              logits,
              labels,
              new TensorOptional(),
              MEAN_OF_BATCH,
              IGNORE_NOTHING,
              optimization.labelSmoothing());
      double value = loss.item_double();
      loss.backward();
      try (NoGradGuard guard = new NoGradGuard()) {
        descend(optimization, learningRate);
        return new Step(value, right(logits, labels));
      }
    }
  }

  /**
   * Does one step of stochastic gradient descent, as PyTorch's {@code SGD} without dampening does.
   */
  private void descend(Optimization optimization, double learningRate) {
    gradients.add_(trained.flat(), new Scalar(optimization.weightDecay()));
    momentum.mul_(new Scalar(optimization.momentum())).add_(gradients);
    trained.flat().sub_(momentum, new Scalar(learningRate));
    gradients.zero_();
  }

  private static int right(Tensor logits, Tensor labels) {
    return (int) logits.argmax(new LongOptional(1), false).eq(labels).sum().item_long();
  }

  /**
   * {@return the gradients of a batch's loss, under the names of the weights, and the loss as a
   * scalar named {@code loss}} Does not change the weights that learn, but updates the statistics
   * of the batch norms that are not frozen.
   */
  Weights gradients(MiniBatch batch) {
    try (PointerScope scope = new PointerScope()) {
      Tensor logits = logits(batch, frozen::normalisesByBatch);
      Tensor loss = torch.cross_entropy_loss(logits, images.labels(batch));
      loss.backward();
      try (NoGradGuard guard = new NoGradGuard()) {
        Map<String, WeightTensor> result = new LinkedHashMap<>(trained.read(gradients));
        result.put(
            "loss", new WeightTensor(List.of(), FloatBuffer.wrap(new float[] {loss.item_float()})));
        gradients.zero_();
        return new Weights(result);
      }
    }
  }

  /**
   * Classifies a batch as the served model does: batch norms use the stored statistics.
   *
   * @param batch the batch
   * @return probabilities {@code float32[images, classes]}; each row is a distribution
   */
  public FloatBuffer probabilities(MiniBatch batch) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor logits = logits(batch, batchNorm -> false);
      Tensor answer = torch.softmax(logits, 1, new ScalarTypeOptional());
      FloatBuffer values = Parameters.buffer(answer.numel());
      try (FloatPointer memory = new FloatPointer(values)) {
        torch.from_blob(memory, batch.size(), network.classes()).copy_(answer);
      }
      return values;
    }
  }

  private Tensor logits(MiniBatch batch, Predicate<String> normalisesByBatch) {
    return network.build(new ForwardPass(this::tensor, normalisesByBatch), images.pixels(batch));
  }

  private Tensor tensor(String name) {
    Tensor tensor = trained.get(name);
    return tensor == null ? kept.get(name) : tensor;
  }

  /** {@return a copy of the weights, under torchvision's names and in torchvision's order} */
  public Weights weights() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Map<String, WeightTensor> all = new LinkedHashMap<>(trained.read(trained.flat()));
      all.putAll(kept.read(kept.flat()));
      return network.fit(new Weights(all));
    }
  }

  /** {@return a copy of the momentum of the parts that learn, under the weights' names} */
  public Weights momentum() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      return new Weights(trained.read(momentum));
    }
  }

  /**
   * Restores a saved state.
   *
   * @param weights the weights, as {@link #weights} returned them
   * @param momenta the momentum, as {@link #momentum} returned it
   */
  public void restore(Weights weights, Weights momenta) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      trained.set(weights, trained.flat());
      kept.set(weights, kept.flat());
      trained.set(momenta, momentum);
    }
  }

  @Override
  public void close() {
    Stream.of(gradients, momentum).forEach(Pointer::releaseReference);
    images.close();
    trained.close();
    kept.close();
  }
}
