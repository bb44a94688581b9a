package dev.millrace.core.training;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Stem;

/**
 * Rotation prediction: the encoder and a last layer with {@value #ROTATIONS} classes learn by which
 * angle an image was rotated. Gidaris, Singh and Komodakis, "Unsupervised Representation Learning
 * by Predicting Image Rotations" (2018). The last layer is discarded afterwards. Each step learns
 * from all rotations of its images (section 3.1).
 *
 * @param augmentation random changes to the images before they are rotated, without mixtures
 */
public record RotationPrediction(Augmentation augmentation) implements PretrainingMethod {

  /** The number of rotations: by 0, 90, 180 and 270 degrees. */
  public static final int ROTATIONS = 4;

  /**
   * Validates that no images are mixed, because a mixture of two images has no single rotation.
   *
   * @param augmentation random changes to the images before they are rotated
   * @throws IllegalArgumentException if images are mixed
   */
  public RotationPrediction {
    if (!augmentation.mixing().equals(Mixing.NONE)) {
      throw new IllegalArgumentException(
          "mixup and cutmix: must be 0, because a mixture of two images has no single rotation");
    }
  }

  @Override
  public double cropArea() {
    return augmentation.cropArea();
  }

  /**
   * {@return the method with the random changes of the paper's authors} They cut a random part out
   * of each image and mirror half of the images.
   *
   * @param network the network. If its stem is for small images, the part is cut out of an image
   *     with a border, as the authors do it for CIFAR-10; otherwise, the part is resized, as they
   *     do it for ImageNet
   * @param flip whether each image is mirrored left to right with a probability of 0.5
   */
  public static RotationPrediction of(ResNet network, boolean flip) {
    Augmentation small = Augmentation.of(4, flip);
    Augmentation large = new Augmentation(0, 0.08, flip, 0, false, 0, Mixing.NONE);
    return new RotationPrediction(network.stem() == Stem.IMAGENET ? large : small);
  }

  /**
   * {@return the optimisation of the paper's authors for a network, except that the learning rate
   * falls along half a cosine} This is stochastic gradient descent with a Nesterov momentum of 0.9
   * and a weight decay of 5e-4. The learning rate is proportional to the batch size.
   *
   * @param network the network. If its stem is for small images, the values are the authors' values
   *     for CIFAR-10, otherwise those for ImageNet
   * @param epochs passes over the images, at least 1
   * @param batchSize number of images per step, at least 2; a step learns from {@value #ROTATIONS}
   *     rotations of each of them
   */
  public static Optimization optimization(ResNet network, int epochs, int batchSize) {
    double perImage = network.stem() == Stem.IMAGENET ? 0.01 / 192 : 0.1 / 128;
    return Optimization.of(epochs, batchSize, perImage * batchSize, Schedule.COSINE)
        .with(new Optimizer(Optimizer.Rule.NESTEROV, 0.9, 5e-4, true, 0, 0));
  }
}
