package dev.millrace.tests;

import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.broker.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.utils.Utils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Provides the same broker to all test classes, as a parameter of type {@link EmbeddedBroker}. */
public final class SharedBroker implements ParameterResolver {

  static {
    // Test classes run in parallel, and some tests let their own threads fail. These failures must
    // not end the waits of other tests.
    Awaitility.doNotCatchUncaughtExceptionsByDefault();
    // On a busy machine, a rebalance or a retry of a swap may take longer than the usual 10 s.
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }

  private record Running(EmbeddedBroker broker, Path folder) implements AutoCloseable {
    static Running start() {
      try {
        Path folder = Files.createTempDirectory("millrace-broker");
        BrokerConfig config = new BrokerConfig(folder, BrokerConfig.DEFAULT_HOST, 0, Map.of());
        return new Running(EmbeddedBroker.start(config), folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      broker.close();
      Utils.delete(folder.toFile());
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == EmbeddedBroker.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(SharedBroker.class))
        .computeIfAbsent(Running.class, type -> Running.start(), Running.class)
        .broker();
  }
}
