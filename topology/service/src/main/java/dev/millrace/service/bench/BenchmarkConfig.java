package dev.millrace.service.bench;

import dev.millrace.core.model.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How to measure.
 *
 * @param folder for what is made meanwhile, some gigabytes
 * @param rounds how often everything is measured, one after the other; figures are medians
 * @param scale how many images, as a part of what good figures take
 * @param devices what models run on: the CPU, or GPUs
 * @param photographs folder of those that a GPU's answers are checked on; made on the spot if there
 *     is none
 */
public record BenchmarkConfig(
    Path folder, int rounds, double scale, List<Device> devices, Optional<Path> photographs) {

  public BenchmarkConfig {
    devices = List.copyOf(devices);
    if (devices.stream().map(Device::kind).distinct().count() != 1) {
      throw new IllegalArgumentException(
          "device: " + devices + " is neither the CPU nor GPUs alone; measure one after the other");
    }
    Objects.requireNonNull(photographs, "photographs");
    Objects.requireNonNull(folder, "folder");
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds: " + rounds + " is not above 0");
    }
    if (!(scale > 0 && scale <= 1)) {
      throw new IllegalArgumentException("scale: " + scale + " is not between 0 and 1");
    }
  }

  /** Whether models run on GPUs. */
  public boolean isOnGpus() {
    return devices.get(0).kind() == Device.Kind.CUDA;
  }

  /** So many of {@code images}, but no fewer than a thousandth of what good figures take. */
  public int images(int images) {
    return Math.max(images / 1000, (int) (images * scale));
  }
}
