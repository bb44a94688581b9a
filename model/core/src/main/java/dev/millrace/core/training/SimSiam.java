package dev.millrace.core.training;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Stem;

/**
 * The layers that follow the encoder during a pre-training, and are discarded afterwards: Chen and
 * He, "Exploring Simple Siamese Representation Learning" (2021), section 3. The projector consists
 * of fully connected layers with batch norms. The predictor has one narrower layer between its
 * input and its output.
 *
 * @param layers number of the projector's layers, 1 to 8
 * @param width number of values that the projector and the predictor answer, at least 4
 * @param bottleneck number of values between the predictor's two layers, at least 1
 */
public record SimSiam(int layers, int width, int bottleneck) {

  private static final int MOST_LAYERS = 8;
  private static final int LEAST_WIDTH = 4;

  /** With twice this width, the weights of three layers would not fit into one Java buffer. */
  private static final int MOST_WIDTH = 1 << 13;

  private static final int PAPER_WIDTH = 2048;
  private static final int WIDENING = 8;
  private static final int NARROWING = 4;

  /**
   * Validates the values.
   *
   * @param layers number of the projector's layers
   * @param width number of values that the projector and the predictor answer
   * @param bottleneck number of values between the predictor's two layers
   * @throws IllegalArgumentException if a value is out of range; the message contains the name of
   *     the option and the value
   */
  public SimSiam {
    if (layers < 1 || layers > MOST_LAYERS) {
      throw new IllegalArgumentException(
          "projector-layers: " + layers + " is not between 1 and " + MOST_LAYERS);
    }
    if (width < LEAST_WIDTH || width > MOST_WIDTH) {
      throw new IllegalArgumentException(
          "projector-width: " + width + " is not between " + LEAST_WIDTH + " and " + MOST_WIDTH);
    }
    Range.requirePositive("bottleneck", bottleneck);
  }

  /**
   * {@return the layers for a network and a width} As in the paper, the bottleneck is a quarter of
   * the width.
   *
   * @param network the network. If its stem is for small images, the projector has two layers, as
   *     the paper uses for CIFAR-10; otherwise it has three layers
   * @param width number of values that the projector and the predictor answer
   */
  public static SimSiam of(ResNet network, int width) {
    int layers = network.stem() == Stem.IMAGENET ? 3 : 2;
    return new SimSiam(layers, width, Math.max(1, width / NARROWING));
  }

  /**
   * {@return the usual width for a network: eight times the number of its features, but at most the
   * paper's 2,048}
   *
   * @param network the network
   */
  public static int usualWidth(ResNet network) {
    return Math.min(PAPER_WIDTH, WIDENING * Encoder.features(network));
  }

  /**
   * {@return the paper's optimisation for a network} This is stochastic gradient descent with a
   * momentum of 0.9. The learning rate is proportional to the batch size, and falls along half a
   * cosine.
   *
   * @param network the network. If its stem is for small images, the values are the paper's values
   *     for CIFAR-10
   * @param epochs passes over the images, at least 1
   * @param batchSize number of images per step, at least 2
   */
  public static Optimization optimization(ResNet network, int epochs, int batchSize) {
    boolean large = network.stem() == Stem.IMAGENET;
    double peak = (large ? 0.05 : 0.03) * batchSize / 256;
    return Optimization.of(epochs, batchSize, peak, Schedule.COSINE)
        .with(new Optimizer(Optimizer.Rule.SGD, 0.9, large ? 1e-4 : 5e-4, true, 0, 0));
  }
}
