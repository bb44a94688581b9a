package dev.millrace.core.training;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.resnet.ResNet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The configuration of a training.
 *
 * @param network the network; its number of classes is replaced by the number of classes in the
 *     data
 * @param preprocessing the preprocessing of the images
 * @param data the training data
 * @param optimization the optimiser's settings
 * @param augmentation random changes to the training images
 * @param pretrained weights to start from; if empty, training starts from the random weights of
 *     {@link dev.millrace.core.resnet.HeInitialization}
 * @param seed the seed for the initial weights, the order of the images and the augmentation
 * @param checkpoints where and when checkpoints are published
 * @param compute on what, and in which number format, the training steps are computed
 * @param options the options of the command line, by name without the leading dashes, for the
 *     manifests; empty if no command line started the training
 */
public record TrainingConfig(
    ResNet network,
    Preprocessing preprocessing,
    TrainingData data,
    Optimization optimization,
    Augmentation augmentation,
    Optional<Pretrained> pretrained,
    long seed,
    Checkpoints checkpoints,
    Compute compute,
    Map<String, String> options) {

  /**
   * Validates that the values fit together.
   *
   * @param network the network
   * @param preprocessing the preprocessing of the images
   * @param data the training data
   * @param optimization the optimiser's settings
   * @param augmentation random changes to the training images
   * @param pretrained weights to start from
   * @param seed the seed for the initial weights, the order of the images and the augmentation
   * @param checkpoints where and when checkpoints are published
   * @param compute on what, and in which number format, the training steps are computed
   * @param options the options of the command line, by name, for the manifests
   * @throws IllegalArgumentException if the network's image size or number of channels differs from
   *     the preprocessed images, if the images are not RGB, if a part to freeze is not a part of
   *     the network, or if there is a gate and the best epoch would be chosen ({@code patience}
   *     above 0, or {@code keep} above 1)
   */
  public TrainingConfig {
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(optimization, "optimization");
    Objects.requireNonNull(augmentation, "augmentation");
    Objects.requireNonNull(checkpoints, "checkpoints");
    Objects.requireNonNull(compute, "compute");
    if (network.size() != preprocessing.width() || !preprocessing.isSquare()) {
      throw new IllegalArgumentException(
          "size: the network takes "
              + network.size()
              + " pixels, but the images have "
              + preprocessing.size());
    }
    if (preprocessing.channels() != Preprocessing.Channels.RGB) {
      throw new IllegalArgumentException(
          "channels: the trainer takes RGB images, not " + preprocessing.channels());
    }
    if (network.channels() != Preprocessing.CHANNELS) {
      throw new IllegalArgumentException(
          "channels: the network takes " + network.channels() + ", but images have 3");
    }
    if (checkpoints.gate().isPresent()) {
      requireNoChoice("patience", optimization.patience() == 0);
      requireNoChoice("keep", checkpoints.keep() == 1);
    }
    pretrained.ifPresent(start -> start.requireParts(network));
    options = Map.copyOf(options);
  }

  private static void requireNoChoice(String option, boolean isMet) {
    if (!isMet) {
      throw new IllegalArgumentException(
          option
              + ": the best epoch is chosen on the images on which promote-if-better compares"
              + " versions, so a version that is no better would be promoted too often; leave out"
              + " one of the two options");
    }
  }

  /**
   * Creates the configuration of a training that no command line started.
   *
   * @param network the network
   * @param preprocessing the preprocessing of the images
   * @param data the training data
   * @param optimization the optimiser's settings
   * @param augmentation random changes to the training images
   * @param pretrained weights to start from
   * @param seed the seed for the initial weights, the order of the images and the augmentation
   * @param checkpoints where and when checkpoints are published
   * @param compute on what, and in which number format, the training steps are computed
   * @throws IllegalArgumentException if the values do not fit together, as the canonical
   *     constructor says
   */
  public TrainingConfig(
      ResNet network,
      Preprocessing preprocessing,
      TrainingData data,
      Optimization optimization,
      Augmentation augmentation,
      Optional<Pretrained> pretrained,
      long seed,
      Checkpoints checkpoints,
      Compute compute) {
    this(
        network,
        preprocessing,
        data,
        optimization,
        augmentation,
        pretrained,
        seed,
        checkpoints,
        compute,
        Map.of());
  }

  /**
   * {@return the same configuration with the options of a command line}
   *
   * @param given the options, by name without the leading dashes
   */
  public TrainingConfig withOptions(Map<String, String> given) {
    return new TrainingConfig(
        network,
        preprocessing,
        data,
        optimization,
        augmentation,
        pretrained,
        seed,
        checkpoints,
        compute,
        given);
  }
}
