package dev.millrace.tests;

import dev.millrace.service.broker.EmbeddedBroker;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests a store of images that fails a few fetches. {@link AwayStoreSuite} has all cases. */
@Tag("broker")
@Timeout(120)
@ExtendWith(SharedBroker.class)
class AwayStoreTest {

  @ParameterizedTest
  @CsvSource({"exactly_once_v2, classic", "at_least_once, streams"})
  void storeThatIsAway_stopsTheStream_andNothingIsLost(
      String guarantee, String protocol, EmbeddedBroker broker, @TempDir Path models)
      throws Exception {
    new AwayStore(broker, models).run(guarantee, protocol, failures -> failures >= 2);
  }
}
