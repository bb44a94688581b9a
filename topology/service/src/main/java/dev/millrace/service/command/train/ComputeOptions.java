package dev.millrace.service.command.train;

import dev.millrace.core.model.Device;
import dev.millrace.core.training.Compute;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import picocli.CommandLine.Option;

/**
 * A mixin of options for the device, the number of CPU threads, the number format and the random
 * seed of a training.
 */
@Grouped(Section.RUN)
final class ComputeOptions {

  private static final String VARIABLE = "OMP_NUM_THREADS";

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "Device to train on, cpu or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device = Device.CPU.toString();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Number of CPU threads (default: the environment variable OMP_NUM_THREADS; without it, all"
              + " cores with a folder of images, and half of the cores with a topic).")
  private Integer threads;

  @Option(
      names = "--bf16",
      description =
          "Compute the training steps in mixed precision with bfloat16, which is faster on GPUs and"
              + " CPUs with instructions for it. Published checkpoints stay in float32.")
  private boolean bf16;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of the random numbers (default: ${DEFAULT-VALUE}).")
  private long seed;

  /**
   * {@return on what, and in which number format, the training steps are computed}
   *
   * @param fromTopic whether the images come from a topic, so that a service may run on the
   *     machine, too
   */
  Compute compute(boolean fromTopic) {
    return new Compute(Device.parse(device), threads(fromTopic), bf16);
  }

  private int threads(boolean fromTopic) {
    return threads == null
        ? usualThreads(
            System.getenv(VARIABLE), Runtime.getRuntime().availableProcessors(), fromTopic)
        : threads;
  }

  /**
   * {@return the number of CPU threads without {@code --threads}}
   *
   * @param variable value of the environment variable {@code OMP_NUM_THREADS}, or null. As in
   *     OpenMP, the value may be a list with a number for each level of nested threads. The first
   *     number counts.
   * @param cores number of the machine's cores
   * @throws IllegalArgumentException if the variable does not begin with a positive number
   */
  static int usualThreads(String variable, int cores, boolean fromTopic) {
    if (variable == null || variable.isBlank()) {
      return fromTopic ? Math.max(1, cores / 2) : cores;
    }
    String first = variable.split(",", 2)[0].strip();
    if (!first.matches("[0-9]{1,4}") || Integer.parseInt(first) == 0) {
      throw new IllegalArgumentException(
          String.format(
              "the environment variable %s is '%s'; set it to a number of threads, such as %d, or"
                  + " give --threads",
              VARIABLE, variable, cores));
    }
    return Integer.parseInt(first);
  }

  long seed() {
    return seed;
  }
}
