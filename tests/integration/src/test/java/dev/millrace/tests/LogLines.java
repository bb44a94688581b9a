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
 * Collects the lines that chosen loggers of this process write at level info and above, until
 * {@link #close}. These may be loggers of an embedded broker, because it runs in this process.
 * Collected lines do not appear in any other log. Thread-safe.
 */
final class LogLines implements AutoCloseable {

  /**
   * A logged line.
   *
   * @param at time at which the line was logged, in milliseconds since 1970
   */
  record Line(long at, Level level, String text) {}

  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private final List<String> loggers;

  private final class Lines extends AbstractAppender {
    Lines() {
      super("lines", null, null, false, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      lines.add(
          new Line(
              event.getTimeMillis(), event.getLevel(), event.getMessage().getFormattedMessage()));
    }
  }

  /**
   * Starts to collect lines.
   *
   * @param loggers names of classes, or names of packages for all classes in them
   */
  LogLines(String... loggers) {
    this.loggers = List.of(loggers);
    Lines appender = new Lines();
    appender.start();
    for (String name : this.loggers) {
      LoggerConfig logger = new LoggerConfig(name, Level.INFO, false);
      logger.addAppender(appender, Level.INFO, null);
      context.getConfiguration().addLogger(name, logger);
    }
    context.updateLoggers();
  }

  /** Returns the first line that fulfils a condition, or empty if there is none yet. */
  Optional<Line> first(Predicate<Line> condition) {
    return lines.stream().filter(condition).findFirst();
  }

  @Override
  public void close() {
    loggers.forEach(context.getConfiguration()::removeLogger);
    context.updateLoggers();
  }
}
