package dev.millrace.service.logging;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.filter.AbstractFilter;
import org.apache.logging.log4j.core.filter.AbstractFilterable;

/**
 * Logs a repeated warning once a minute, with the number of repetitions. Kafka's clients can log
 * the same line a hundred times a second, for example when a topic is deleted and created again.
 */
public final class RepeatedWarnings extends AbstractFilter {

  private static final String NAME = RepeatedWarnings.class.getName();
  private static final int TELL_SECONDS = 10;

  private final Repeats repeats = new Repeats();

  RepeatedWarnings() {}

  /** Starts to hold back repeated warnings of all loggers. To be called once. */
  @SuppressWarnings("FutureReturnValueIgnored") // the task ends with the process
  public static void holdBack() {
    RepeatedWarnings filter = new RepeatedWarnings();
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    filter.start();
    context.getConfiguration().getAppenders().values().forEach(filter::addTo);
    context.updateLoggers();
    ScheduledExecutorService teller =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "millrace-repeated-warnings");
              thread.setDaemon(true);
              return thread;
            });
    teller.scheduleWithFixedDelay(filter::tell, TELL_SECONDS, TELL_SECONDS, TimeUnit.SECONDS);
  }

  private void addTo(Appender appender) {
    if (appender instanceof AbstractFilterable filterable) {
      filterable.addFilter(this);
    }
  }

  private void tell() {
    Logger log = LogManager.getLogger(NAME);
    for (Repeats.Held held : repeats.takeHeld(System.nanoTime())) {
      log.warn("repeated {} times within a minute: {}", held.count(), held.line());
    }
  }

  @Override
  public Filter.Result filter(LogEvent event) {
    boolean passes =
        event.getLevel().isLessSpecificThan(Level.INFO)
            || event.getLoggerName().equals(NAME)
            || repeats.passes(
                event.getLoggerName(), event.getMessage().getFormattedMessage(), System.nanoTime());
    return passes ? Result.NEUTRAL : Result.DENY;
  }
}
