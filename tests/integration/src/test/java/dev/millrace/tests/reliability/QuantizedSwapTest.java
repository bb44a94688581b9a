package dev.millrace.tests.reliability;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.tests.SharedBroker;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form of the swap from float32 to int8, which reports the throughput. {@link
 * QuantizedSwapSuite} is the long form.
 */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class QuantizedSwapTest {

  @TempDir Path folder;

  @Test
  void swapToInt8_answersEachImageOnce(EmbeddedBroker broker) throws Exception {
    QuantizedSwap swap =
        QuantizedSwap.run(
            broker.bootstrapServers(),
            folder,
            "short-int8",
            "exactly_once_v2",
            500,
            Duration.ofSeconds(1));

    System.out.println(swap);
    swap.requireEachAnswerOnce();
  }
}
