package dev.millrace.service.bench;

import dev.millrace.onnx.OnnxRuntimeInfo;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * Describes the machine and the versions of the software. Measured figures are published with this
 * description.
 */
public final class Machine {

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final String MODEL = "model name";

  private Machine() {}

  /**
   * {@return facts about the machine and the versions of the software, by name}
   *
   * @param millrace the version of Millrace
   * @throws IOException if the system's description of the processor cannot be read
   */
  public static Map<String, Object> describe(String millrace) throws IOException {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("processor", processor());
    gpus().ifPresent(gpus -> machine.put("gpus", gpus));
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("java", System.getProperty("java.runtime.version"));
    machine.put("kafka", AppInfoParser.getVersion());
    machine.put("onnxruntime", OnnxRuntimeInfo.read().version());
    machine.put("millrace", millrace);
    return machine;
  }

  /**
   * {@return the facts of {@link #describe} as a line of text}
   *
   * @param millrace the version of Millrace
   * @throws IOException if the system's description of the processor cannot be read
   */
  public static String line(String millrace) throws IOException {
    return describe(millrace).entrySet().stream()
        .map(fact -> fact.getKey() + " " + fact.getValue())
        .collect(Collectors.joining(", "));
  }

  /** Returns the names of the NVIDIA GPUs and the driver's version; empty without a driver. */
  private static Optional<String> gpus() {
    try {
      Process process =
          new ProcessBuilder(
                  "nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader")
              .start();
      try (BufferedReader lines = process.inputReader()) {
        return Optional.of(lines.lines().collect(Collectors.joining("; ")))
            .filter(text -> !text.isBlank());
      }
    } catch (IOException e) {
      return Optional.empty(); // there is no driver
    }
  }

  private static String processor() throws IOException {
    if (Files.isReadable(PROCESSORS)) {
      try (Stream<String> lines = Files.lines(PROCESSORS)) {
        return lines
            .filter(line -> line.startsWith(MODEL))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(System.getProperty("os.arch"));
      }
    }
    return System.getProperty("os.arch");
  }
}
