package dev.millrace.tests;

import dev.millrace.service.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests a store of images that does not work for one minute or for ten minutes. Runs only with the
 * profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=fetch -Dquick verify
 * </pre>
 */
@Tag("broker")
@Tag("nightly")
@Tag("fetch")
@Timeout(1_500)
@ExtendWith(SharedBroker.class)
class AwayStoreSuite {

  @ParameterizedTest
  @CsvSource({
    "at_least_once, classic, 60",
    "exactly_once_v2, classic, 60",
    "at_least_once, streams, 60",
    "exactly_once_v2, streams, 60",
    "at_least_once, classic, 600",
    "exactly_once_v2, classic, 600"
  })
  void storeThatIsAway_stopsTheStream_andNothingIsLost(
      String guarantee, String protocol, int seconds, EmbeddedBroker broker, @TempDir Path models)
      throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    new AwayStore(broker, models)
        .run(guarantee, protocol, failures -> failures > 0 && System.nanoTime() > end);
  }
}
