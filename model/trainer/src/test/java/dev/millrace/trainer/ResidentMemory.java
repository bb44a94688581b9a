package dev.millrace.trainer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The physical memory of this process on Linux. */
public final class ResidentMemory {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String KEY = "VmRSS:";

  private ResidentMemory() {}

  /** Returns the memory in MiB. */
  public static long now() {
    try {
      return Files.readAllLines(STATUS).stream()
              .filter(line -> line.startsWith(KEY))
              .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
              .findFirst()
              .orElseThrow()
          / 1024;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the memory, in MiB, while libtorch holds many tensors, which are then freed. */
  public static long with(int mebibytes) {
    try (PointerScope scope = new PointerScope()) {
      for (int i = 0; i < mebibytes; i++) {
        Tensor unused = torch.ones(1L << 18);
      }
      return now();
    }
  }
}
