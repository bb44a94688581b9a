package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ComputeOptionsTest {

  private static final int CORES = 8;

  @Test
  void withoutTheVariable_aTopicLeavesHalfOfTheCores() {
    assertThat(ComputeOptions.usualThreads(null, CORES, false)).isEqualTo(8);
    assertThat(ComputeOptions.usualThreads(null, CORES, true)).isEqualTo(4);
    assertThat(ComputeOptions.usualThreads(" ", 1, true)).isEqualTo(1);
  }

  @Test
  void theVariable_isTheNumberOfThreads() {
    assertThat(ComputeOptions.usualThreads("3", CORES, false)).isEqualTo(3);
    assertThat(ComputeOptions.usualThreads("3", CORES, true)).isEqualTo(3);
    assertThat(ComputeOptions.usualThreads(" 2 , 1", CORES, true)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "many", ",2", "99999999999"})
  void variableThatIsNoNumberOfThreads_isRefused(String value) {
    assertThatThrownBy(() -> ComputeOptions.usualThreads(value, CORES, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the environment variable OMP_NUM_THREADS is '"
                + value
                + "'; set it to a number of threads, such as 8, or give --threads");
  }

  @Test
  void theOption_goesBeforeTheVariable() {
    ComputeOptions options = new ComputeOptions();
    var unused = new CommandLine(options).parseArgs("--threads", "5");
    assertThat(options.compute(true).threads()).isEqualTo(5);
  }
}
