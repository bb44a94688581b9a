package dev.millrace.service.bench;

import dev.millrace.core.model.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The settings of a benchmark run.
 *
 * @param folder folder for temporary files, which take some gigabytes
 * @param rounds number of rounds; each round measures all parts, and a figure is the median of the
 *     rounds
 * @param scale factor for the number of images, above 0 and at most 1; with less than 1, figures
 *     are less exact
 * @param devices the devices that models run on: the CPU, or GPUs
 * @param photographs folder of photographs on which a GPU's predictions are compared with the
 *     CPU's; if empty, generated images are used
 * @param data folder of trained networks with labelled images; if empty, the weights are random
 */
public record BenchmarkConfig(
    Path folder,
    int rounds,
    double scale,
    List<Device> devices,
    Optional<Path> photographs,
    Optional<Path> data) {

  /**
   * Validates the settings.
   *
   * @param folder folder for temporary files, which take some gigabytes
   * @param rounds number of rounds
   * @param scale factor for the number of images
   * @param devices the devices that models run on
   * @param photographs folder of photographs on which a GPU's predictions are compared with the
   *     CPU's
   * @param data folder of trained networks with labelled images
   * @throws IllegalArgumentException if a value is out of range, or the devices mix CPU and GPUs;
   *     the message names the key
   */
  public BenchmarkConfig {
    devices = List.copyOf(devices);
    if (devices.stream().map(Device::kind).distinct().count() != 1) {
      throw new IllegalArgumentException(
          "device: " + devices + " must be either the CPU or GPUs; measure them in separate runs");
    }
    Objects.requireNonNull(photographs, "photographs");
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(folder, "folder");
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds: " + rounds + " is not above 0");
    }
    if (!(scale > 0 && scale <= 1)) {
      throw new IllegalArgumentException("scale: " + scale + " is not between 0 and 1");
    }
  }

  /**
   * Creates settings for networks with random weights.
   *
   * @param folder folder for temporary files, which take some gigabytes
   * @param rounds number of rounds
   * @param scale factor for the number of images
   * @param devices the devices that models run on
   * @param photographs folder of photographs on which a GPU's predictions are compared with the
   *     CPU's
   * @throws IllegalArgumentException if a value is out of range, or the devices mix CPU and GPUs
   */
  public BenchmarkConfig(
      Path folder, int rounds, double scale, List<Device> devices, Optional<Path> photographs) {
    this(folder, rounds, scale, devices, photographs, Optional.empty());
  }

  /** {@return whether models run on GPUs} */
  public boolean isOnGpus() {
    return devices.get(0).kind() == Device.Kind.CUDA;
  }

  /**
   * {@return the number of images to measure with}
   *
   * @param images number of images for a {@code scale} of 1; this method returns at least a
   *     thousandth of this number
   */
  public int images(int images) {
    return Math.max(images / 1000, (int) (images * scale));
  }
}
