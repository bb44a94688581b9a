package dev.millrace.benchmarks.lab;

import dev.millrace.benchmarks.process.Parent;
import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.Map;

/**
 * A broker in its own process, so that the broker's processor time is not counted as a contender's
 * processor time.
 */
final class Broker {

  private Broker() {}

  /** Starts the broker with its data in the given folder, and prints its address. */
  public static void main(String[] arguments) throws Exception {
    BrokerConfig config =
        new BrokerConfig(
            Path.of(arguments[0]),
            BrokerConfig.DEFAULT_HOST,
            0,
            Map.of("message.max.bytes", Integer.toString(Lab.MAX_RECORD_BYTES)));
    try (EmbeddedBroker broker = EmbeddedBroker.start(config)) {
      Parent.tell(broker.bootstrapServers());
      Parent.awaitEnd();
    }
  }
}
