package dev.millrace.core.resnet;

import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Draws the initial weights of a network in the same way as torchvision.
 *
 * <p>A convolution's weights are normally distributed with the variance {@code 2 / (to * kernel *
 * kernel)}, where {@code to} is the number of output channels. See He et al., "Delving Deep into
 * Rectifiers" (2015), section 2.2, backward case ({@code fan_out}). Batch norms start as the
 * identity. A fully connected layer's weights and biases are uniformly distributed within {@code ±1
 * / sqrt(from)}, which is PyTorch's default; {@code from} is the number of inputs.
 */
public final class HeInitialization {

  private final Random random;
  private final Map<String, WeightTensor> tensors = new LinkedHashMap<>();

  private HeInitialization(long seed) {
    random = new Random(seed);
  }

  /**
   * Draws random initial weights for a network.
   *
   * @param network the network
   * @param seed the seed; the same seed produces the same weights
   * @return the weights, in the order of {@link ResNet#parameters}
   */
  public static Weights of(ResNet network, long seed) {
    HeInitialization initialization = new HeInitialization(seed);
    network.layers().forEach(initialization::draw);
    return new Weights(initialization.tensors);
  }

  /**
   * Draws random initial weights with which each residual block starts as the identity, because the
   * scales of the block's last batch norm are 0. See Goyal et al., "Accurate, Large Minibatch SGD"
   * (2017), section 5.1.
   *
   * @param network the network
   * @param seed the seed; the same seed produces the same weights
   * @return the weights, in the order of {@link ResNet#parameters}
   */
  public static Weights ofIdentities(ResNet network, long seed) {
    Map<String, WeightTensor> tensors = new LinkedHashMap<>(of(network, seed).tensors());
    String last = network.block() == Block.BASIC ? "bn2" : "bn3";
    tensors.replaceAll(
        (name, tensor) ->
            name.matches("layer.*\\." + last + "\\.weight")
                ? new WeightTensor(tensor.shape(), FloatBuffer.allocate(tensor.size()))
                : tensor);
    return new Weights(tensors);
  }

  private void draw(Layer layer) {
    switch (layer.kind()) {
      case CONVOLUTION -> layer.parameters().forEach(this::normal);
      case BATCH_NORM -> layer.parameters().forEach(this::identity);
      case LINEAR -> {
        int from = layer.parameters().get(0).shape().get(1);
        layer.parameters().forEach(parameter -> uniform(parameter, 1 / Math.sqrt(from)));
      }
      case RELU, MAX_POOL, ADD, ZERO_PAD, GLOBAL_AVERAGE_POOL -> {}
    }
  }

  private void normal(Parameter weight) {
    int to = weight.shape().get(0);
    int kernel = weight.shape().get(2);
    double deviation = Math.sqrt(2.0 / (to * kernel * kernel));
    float[] values = values(weight);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
  }

  private void uniform(Parameter parameter, double bound) {
    float[] values = values(parameter);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
    }
  }

  private void identity(Parameter parameter) {
    boolean factor = parameter.name().endsWith(".weight") || parameter.name().endsWith("_var");
    Arrays.fill(values(parameter), factor ? 1 : 0);
  }

  /**
   * {@return a new array of zeros, which becomes the parameter's values; the caller fills the
   * array}
   */
  private float[] values(Parameter parameter) {
    float[] values = new float[Math.toIntExact(parameter.count())];
    tensors.put(parameter.name(), new WeightTensor(parameter.shape(), FloatBuffer.wrap(values)));
    return values;
  }
}
