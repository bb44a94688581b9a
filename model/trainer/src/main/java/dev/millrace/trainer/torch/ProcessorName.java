package dev.millrace.trainer.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The name of the processor. The last bits of a training's result depend on it, because libtorch
 * chooses its computations by the processor's instructions and caches.
 */
public final class ProcessorName {

  private static final Path LINUX = Path.of("/proc/cpuinfo");
  private static final String KEY = "model name";
  private static final String UNKNOWN = "unknown";

  private ProcessorName() {}

  /** {@return the name; also says if this machine needs other computations} */
  public static String read() {
    String name = of(LINUX);
    return TorchLibrary.POINTWISE_CONVOLUTION_CRASHES
        ? name + ", 1x1 convolutions as products of matrices"
        : name;
  }

  /** {@return the name of the first processor in a file like Linux's, or {@code unknown}} */
  static String of(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1)
          .lines()
          .filter(line -> line.startsWith(KEY))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(UNKNOWN);
    } catch (IOException e) {
      return UNKNOWN;
    }
  }
}
