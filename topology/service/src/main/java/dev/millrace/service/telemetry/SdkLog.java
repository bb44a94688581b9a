package dev.millrace.service.telemetry;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/** Passes the log of OpenTelemetry's SDK, which uses the JDK's logging, to the service's log. */
final class SdkLog extends Handler {

  /**
   * This strong reference prevents the garbage collection of the logger and its handlers, because
   * the JDK keeps only weak references to loggers.
   */
  private static final Logger SDK = Logger.getLogger("io.opentelemetry");

  private static final org.slf4j.Logger log = LoggerFactory.getLogger(SdkLog.class);

  private SdkLog() {}

  /** Starts to pass the SDK's log to the service's log. Further calls have no effect. */
  static void redirect() {
    if (SDK.getUseParentHandlers()) {
      SDK.setUseParentHandlers(false);
      SDK.addHandler(new SdkLog());
    }
  }

  @Override
  public void publish(LogRecord entry) {
    String cause = entry.getThrown() == null ? "" : " " + entry.getThrown();
    if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
      log.warn("OpenTelemetry: {}{}", entry.getMessage(), cause);
    } else {
      log.debug("OpenTelemetry: {}{}", entry.getMessage(), cause);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
