package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@link MutationTest} with tens of thousands of files and a time limit. Part of a nightly test
 * group.
 */
@Tag("nightly")
@Tag("corpus")
class MutationSuite {

  private static final int COUNT = 40_000;
  private static final long MAX_MILLIS = 5_000;

  @TempDir private Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void damagedFiles_areDecodedOrRefused_inTimeAndInLittleMemory() throws Exception {
    List<String[]> mutations = MutationTest.requireOutcomes(COUNT, folder);

    assertThat(mutations)
        .allSatisfy(
            mutation ->
                assertThat(Long.parseLong(mutation[2])).as(mutation[0]).isLessThan(MAX_MILLIS));
  }
}
