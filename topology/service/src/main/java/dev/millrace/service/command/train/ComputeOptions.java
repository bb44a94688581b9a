package dev.millrace.service.command.train;

import dev.millrace.core.model.Device;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import picocli.CommandLine.Option;

/**
 * A mixin of options for the device, the number of CPU threads, and the random seed of a training.
 */
@Grouped(Section.RUN)
final class ComputeOptions {

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "Device to train on, cpu or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device = Device.CPU.toString();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Number of CPU threads (default: all cores with --data, otherwise half of the cores).")
  private Integer threads;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of the random numbers (default: ${DEFAULT-VALUE}).")
  private long seed;

  Device device() {
    return Device.parse(device);
  }

  /**
   * {@return the number of CPU threads of the training}
   *
   * @param usual the number of threads if {@code --threads} is not given
   */
  int threads(int usual) {
    return threads == null ? usual : threads;
  }

  long seed() {
    return seed;
  }
}
