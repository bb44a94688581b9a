package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.tests.SharedBroker;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Promotes the int8 version of a model under full load. Each image must be answered once. If the
 * int8 version alone is clearly faster than the float32 version on this machine, the throughput
 * must rise within two seconds. Otherwise, the suite only prints the throughput. Runs only with the
 * profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=swap -Dquick verify
 * </pre>
 */
@Tag("nightly")
@Tag("swap")
@ExtendWith(SharedBroker.class)
class QuantizedSwapSuite {

  /**
   * Smallest ratio of the speeds without Kafka at which int8 counts as clearly faster than float32.
   */
  private static final double FASTER = 1.3;

  /**
   * Smallest ratio of the throughputs after and before the promotion. It is smaller than {@link
   * #FASTER}, because int8 makes neither the decoder nor Kafka faster.
   */
  private static final double RISEN = 1.15;

  private static final int PRACTICE = 5_000;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void swapToInt8_losesNothing_andTheThroughputRises(String guarantee, EmbeddedBroker broker)
      throws Exception {
    QuantizedSwap swap =
        QuantizedSwap.run(
            broker.bootstrapServers(),
            folder,
            "int8-" + guarantee,
            guarantee,
            PRACTICE,
            Duration.ofSeconds(5));

    System.out.println(guarantee + ": " + swap);
    swap.requireEachAnswerOnce();
    if (swap.ratio() >= FASTER) {
      assertThat(swap.gain()).isGreaterThanOrEqualTo(RISEN);
    }
  }
}
