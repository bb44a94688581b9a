package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.broker.EmbeddedBroker;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs ten rounds of the {@link Corpus}, and requires that the service's memory does not grow after
 * the third round. Runs only with the profile {@code nightly}.
 */
@Tag("nightly")
@Tag("corpus")
@Timeout(1200)
@ExtendWith(SharedBroker.class)
@EnabledOnOs(OS.LINUX)
class CorpusSuite {

  private static final int ROUNDS = 10;
  private static final int WARM_ROUNDS = 3;
  private static final long MAX_GROWTH_MIB = 64;

  @TempDir Path folder;

  @Test
  void memory_staysFlat_roundAfterRound(EmbeddedBroker broker) throws Exception {
    Corpus.Memory memory = Corpus.run(ROUNDS, folder, broker);

    assertThat(memory.peak()).isLessThanOrEqualTo(CorpusTest.MAX_PEAK_MIB);
    assertThat(memory.afterRounds().get(ROUNDS - 1) - memory.afterRounds().get(WARM_ROUNDS - 1))
        .as("growth in MiB from round %d to round %d", WARM_ROUNDS, ROUNDS)
        .isLessThanOrEqualTo(MAX_GROWTH_MIB);
  }
}
