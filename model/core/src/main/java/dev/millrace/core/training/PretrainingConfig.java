package dev.millrace.core.training;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.resnet.ResNet;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The configuration of a pre-training on images without labels.
 *
 * @param network the network whose encoder is trained
 * @param preprocessing the preprocessing of the images
 * @param data the images
 * @param method what the encoder learns
 * @param optimization the optimiser's settings
 * @param seed the seed for the initial weights, the order of the images and the random changes
 * @param run the folder for the run's state
 * @param output the encoder's file, which is replaced after each epoch
 * @param compute on what, and in which number format, the training steps are computed
 */
public record PretrainingConfig(
    ResNet network,
    Preprocessing preprocessing,
    PretrainingData data,
    PretrainingMethod method,
    Optimization optimization,
    long seed,
    Path run,
    Path output,
    Compute compute) {

  /** The usual number of passes over the images. */
  public static final int EPOCHS = 100;

  /** The usual number of images per step. */
  public static final int BATCH_SIZE = 128;

  /** The usual largest number of images from a topic. */
  public static final int IMAGES = 50_000;

  /**
   * Validates that the network fits the preprocessing.
   *
   * @param network the network whose encoder is trained
   * @param preprocessing the preprocessing of the images
   * @param data the images
   * @param method what the encoder learns
   * @param optimization the optimiser's settings
   * @param seed the seed for the initial weights, the order of the images and the random changes
   * @param run the folder for the run's state
   * @param output the encoder's file
   * @param compute on what, and in which number format, the training steps are computed
   * @throws IllegalArgumentException if the network's image size differs from the size in the
   *     preprocessing, or a value is out of range
   */
  public PretrainingConfig {
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(optimization, "optimization");
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(compute, "compute");
    if (network.size() != preprocessing.width() || !preprocessing.isSquare()) {
      throw new IllegalArgumentException(
          "size: the network takes "
              + network.size()
              + " pixels, but the images have "
              + preprocessing.size());
    }
    if (!output.toString().endsWith(".safetensors")) {
      throw new IllegalArgumentException(
          "output: '" + output + "' does not end in .safetensors, the format of the encoder");
    }
  }
}
