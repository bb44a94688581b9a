package dev.millrace.benchmarks.gpu;

import dev.millrace.core.model.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * NVIDIA's {@code nvidia-smi}, which comes with the driver. It counts GPUs in the order of their
 * slots: start CUDA with {@code CUDA_DEVICE_ORDER=PCI_BUS_ID}, and without {@code
 * CUDA_VISIBLE_DEVICES}, for {@code cuda:N} to be its N.
 */
final class NvidiaSmi {

  private static final int MEBIBYTE_SHIFT = 20;

  private NvidiaSmi() {}

  /** Bytes that are taken on these GPUs together, whoever took them. */
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
      throw new UncheckedIOException("nvidia-smi does not start; it comes with the driver", e);
    }
  }

  /** Sums its lines, each a number of mebibytes. */
  static long parse(String output) {
    try {
      return output.lines().mapToLong(line -> Long.parseLong(line.strip()) << MEBIBYTE_SHIFT).sum();
    } catch (NumberFormatException e) {
      throw new IllegalStateException("nvidia-smi does not tell the memory in use: " + output, e);
    }
  }
}
