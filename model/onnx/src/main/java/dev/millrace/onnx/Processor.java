package dev.millrace.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The processor's architecture, and its instruction sets that matter for 8-bit integers.
 *
 * @param architecture Java's name of the architecture, for example {@code amd64}
 * @param features the instruction sets, for example {@code avx2} and {@code avx512_vnni}, in the
 *     order of {@code /proc/cpuinfo}; empty if the system does not list them
 */
public record Processor(String architecture, List<String> features) {

  private static final Set<String> OF_INTEREST =
      Set.of(
          "avx2",
          "fma",
          "avx512f",
          "avx512bw",
          "avx512_vnni",
          "avx_vnni",
          "amx_int8",
          "asimd",
          "asimddp",
          "i8mm");

  private static final Set<String> VNNI = Set.of("avx512_vnni", "avx_vnni", "amx_int8");

  private static final Path LIST = Path.of("/proc/cpuinfo");

  /**
   * Copies the list.
   *
   * @param architecture Java's name of the architecture
   * @param features the instructions
   */
  public Processor {
    features = List.copyOf(features);
  }

  /** {@return this machine's processor} Only Linux lists the instruction sets. */
  public static Processor ofThisMachine() {
    String architecture = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    try (Stream<String> lines = Files.lines(LIST)) {
      return of(architecture, lines);
    } catch (IOException e) {
      return new Processor(architecture, List.of());
    }
  }

  static Processor of(String architecture, Stream<String> lines) {
    return new Processor(
        architecture,
        lines
            .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
            .limit(1)
            .flatMap(line -> Arrays.stream(line.substring(line.indexOf(':') + 1).split(" ")))
            .filter(OF_INTEREST::contains)
            .toList());
  }

  /**
   * {@return whether sums of products of unsigned activations and signed weights may saturate,
   * because the processor adds them in 16 bits} The sums may saturate on x86-64 without VNNI. If
   * the instruction sets of an x86-64 processor are unknown, this method returns true.
   */
  public boolean maySaturate() {
    boolean x86 = architecture.equals("amd64") || architecture.equals("x86_64");
    return x86 && features.stream().noneMatch(VNNI::contains);
  }

  /** {@return the architecture and the instruction sets, for example {@code amd64 avx2 fma}} */
  @Override
  public String toString() {
    return (architecture + " " + String.join(" ", features)).strip();
  }
}
