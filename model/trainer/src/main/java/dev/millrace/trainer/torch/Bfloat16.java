package dev.millrace.trainer.torch;

import dev.millrace.core.model.Device;
import dev.millrace.core.training.Compute;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds out whether the machine has instructions for bfloat16. */
public final class Bfloat16 {

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /** The names of the instructions: x86's AVX-512 BF16 and AMX, and Arm's BF16. */
  private static final Set<String> INSTRUCTIONS = Set.of("avx512_bf16", "amx_bf16", "bf16");

  private static final List<String> KEYS = List.of("flags", "Features");

  private Bfloat16() {}

  /**
   * {@return a warning if the training is slow because the processor has to emulate bfloat16} On a
   * GPU, and where the system does not name the processor's instructions, there is no warning.
   */
  public static Optional<String> warning(Compute compute) {
    boolean isSlow =
        compute.bf16() && compute.device().kind() == Device.Kind.CPU && isEmulated(PROCESSORS);
    return isSlow
        ? Optional.of(
            "this processor has no instructions for bf16 (AVX-512 BF16 or AMX) and emulates them,"
                + " so the training is slower than without bf16")
        : Optional.empty();
  }

  /** {@return whether a file like {@code /proc/cpuinfo} lists instructions, but none for bf16} */
  static boolean isEmulated(Path processors) {
    List<String> lines;
    try {
      lines = Files.readAllLines(processors, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return false;
    }
    return lines.stream()
        .filter(line -> KEYS.contains(line.split("\\s*:", 2)[0]))
        .findFirst()
        .map(line -> Arrays.stream(line.split("\\s+")).noneMatch(INSTRUCTIONS::contains))
        .orElse(false);
  }
}
