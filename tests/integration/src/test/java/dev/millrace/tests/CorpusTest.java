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

/** Runs one round of the {@link Corpus}. {@link CorpusSuite} runs ten rounds. */
@Tag("broker")
@Timeout(600)
@ExtendWith(SharedBroker.class)
@EnabledOnOs(OS.LINUX)
class CorpusTest {

  static final long MAX_PEAK_MIB = 1536;

  @TempDir Path folder;

  @Test
  void eachFile_getsItsOneAnswer_inBoundedMemory(EmbeddedBroker broker) throws Exception {
    assertThat(Corpus.run(1, folder, broker).peak()).isLessThanOrEqualTo(MAX_PEAK_MIB);
  }
}
