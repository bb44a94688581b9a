package dev.millrace.core.training;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import java.util.Objects;
import java.util.Optional;

/**
 * A training, whole.
 *
 * @param network what is trained; its classes are those of the data
 * @param preprocessing how images become its input
 * @param data what is learned from
 * @param optimization how
 * @param augmentation how images are changed
 * @param pretrained what is started from; empty for He's initialisation
 * @param seed of the initialisation, of the images' order and of how they are changed
 * @param checkpoints where the results go
 * @param device what computes
 * @param threads how many cores it may take
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
    Device device,
    int threads) {

  public TrainingConfig {
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(optimization, "optimization");
    Objects.requireNonNull(augmentation, "augmentation");
    Objects.requireNonNull(checkpoints, "checkpoints");
    Objects.requireNonNull(device, "device");
    if (network.size() != preprocessing.size()) {
      throw new IllegalArgumentException(
          "size: the network's " + network.size() + " is not the images' " + preprocessing.size());
    }
    if (network.channels() != Preprocessing.CHANNELS) {
      throw new IllegalArgumentException(
          "channels: " + network.channels() + " is not that of images, 3");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " is not above 0");
    }
  }
}
