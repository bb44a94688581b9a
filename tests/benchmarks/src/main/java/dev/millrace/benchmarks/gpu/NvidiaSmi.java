package dev.millrace.benchmarks.gpu;

import dev.millrace.core.model.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads the output of {@code nvidia-smi}, which comes with NVIDIA's driver. {@code nvidia-smi}
 * numbers GPUs in the order of their PCI bus ids. So {@code cuda:N} is GPU N of {@code nvidia-smi}
 * only if CUDA starts with {@code CUDA_DEVICE_ORDER=PCI_BUS_ID} and without {@code
 * CUDA_VISIBLE_DEVICES}.
 */
final class NvidiaSmi {

  private static final int MEBIBYTE_SHIFT = 20;

  private NvidiaSmi() {}

  /** Returns the memory in use on these GPUs together, by all processes, in bytes. */
  static long usedBytes(List<Device> devices) {
    String indices =
        devices.stream()
            .map(device -> Integer.toString(device.index()))
            .collect(Collectors.joining(","));
    List<String> command =
        List.of(
            "nvidia-smi",
            "--query-gpu=memory.used",
            "--format=csv,noheader,nounits",
            "--id=" + indices);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return parse(output);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start nvidia-smi; install NVIDIA's driver", e);
    }
  }

  /** Parses the output, in which each line is a number of MiB. Returns the sum in bytes. */
  static long parse(String output) {
    try {
      return output.lines().mapToLong(line -> Long.parseLong(line.strip()) << MEBIBYTE_SHIFT).sum();
    } catch (NumberFormatException e) {
      throw new IllegalStateException("nvidia-smi does not report the memory in use: " + output, e);
    }
  }
}
