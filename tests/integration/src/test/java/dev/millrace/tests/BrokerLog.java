package dev.millrace.tests;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/**
 * What the coordinator of an embedded broker, and the service that is in this process too, log of a
 * group's members from now on until {@link #close}. Thread-safe.
 */
final class BrokerLog implements AutoCloseable {

  /** One line, and when it was logged, in milliseconds since 1970. */
  record Line(long at, String text) {}

  private static final String COORDINATOR =
      "org.apache.kafka.coordinator.group.GroupMetadataManager";
  private static final String SERVICE = "dev.millrace.service.serve";

  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final List<Line> lines = new CopyOnWriteArrayList<>();

  private final class Lines extends AbstractAppender {
    Lines() {
      super("lines", null, null, false, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      lines.add(new Line(event.getTimeMillis(), event.getMessage().getFormattedMessage()));
    }
  }

  BrokerLog() {
    Lines appender = new Lines();
    appender.start();
    for (String name : List.of(COORDINATOR, SERVICE)) {
      LoggerConfig logger = new LoggerConfig(name, Level.INFO, false);
      logger.addAppender(appender, Level.INFO, null);
      context.getConfiguration().addLogger(name, logger);
    }
    context.updateLoggers();
  }

  /** The first failure of a stream thread that led to its replacement, if there was one. */
  Optional<Line> failure() {
    return first(0, line -> line.text().startsWith("a stream thread failed and is replaced"));
  }

  /** The first time that a member left its group since a moment, because it said so itself. */
  Optional<Line> departure(String group, long since) {
    return first(
        since,
        line ->
            line.text().contains(" " + group + "]")
                && (line.text().contains("left the streams group")
                    || line.text().contains("explicit `LeaveGroup` request")));
  }

  private Optional<Line> first(long since, Predicate<Line> condition) {
    return lines.stream().filter(line -> line.at() >= since).filter(condition).findFirst();
  }

  @Override
  public void close() {
    context.getConfiguration().removeLogger(COORDINATOR);
    context.getConfiguration().removeLogger(SERVICE);
    context.updateLoggers();
  }
}
