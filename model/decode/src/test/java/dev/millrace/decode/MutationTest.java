package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each of thousands of damaged JPEGs and PNGs is decoded or refused. {@link MutationSuite} uses
 * tens of thousands of files.
 */
class MutationTest {

  private static final int COUNT = 4_000;
  private static final long FIRST_SEED = 20_260_101;
  private static final long MAX_KIB = 512 << 10;

  @TempDir private Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void damagedFiles_areDecodedOrRefused_inLittleMemory() throws Exception {
    requireOutcomes(COUNT, folder);
  }

  /** Decodes damaged files, and returns the seed, the outcome and the milliseconds of each file. */
  static List<String[]> requireOutcomes(int count, Path folder) throws Exception {
    List<String> lines =
        ChildJvm.run(
            folder,
            MutationSweep.class,
            List.of("-Xmx256m"),
            Long.toString(FIRST_SEED),
            Integer.toString(count));

    assertThat(lines).hasSize(count + 1);
    List<String[]> mutations =
        lines.subList(0, count).stream().map(line -> line.split("\t", -1)).toList();
    for (int parity = 0; parity < 2; parity++) {
      assertThat(count(mutations, "decoded", parity)).as("decoded %d", parity).isPositive();
      assertThat(count(mutations, "refused", parity)).as("refused %d", parity).isPositive();
    }
    assertThat(Long.parseLong(lines.get(count))).as("peak, KiB").isLessThan(MAX_KIB);
    return mutations;
  }

  @Test
  void damage_isTheSameForTheSameSeed() {
    byte[] file = Pictures.webp();

    byte[][] damaged = new byte[100][];
    Arrays.setAll(damaged, seed -> new Mutator(seed).damage(file, file));

    for (int seed = 0; seed < damaged.length; seed++) {
      assertThat(new Mutator(seed).damage(file, file)).isEqualTo(damaged[seed]);
    }
    assertThat(Arrays.stream(damaged).map(Arrays::toString).distinct()).hasSizeGreaterThan(90);
    assertThat(file).isEqualTo(Pictures.webp());
  }

  /**
   * Returns the number of files with an outcome. JPEGs have even seeds, and PNGs have odd seeds.
   */
  private static long count(List<String[]> mutations, String outcome, int parity) {
    return mutations.stream()
        .filter(mutation -> mutation[1].equals(outcome))
        .filter(mutation -> Long.parseLong(mutation[0]) % 2 == parity)
        .count();
  }
}
