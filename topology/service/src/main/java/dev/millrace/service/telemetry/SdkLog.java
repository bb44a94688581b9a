package dev.millrace.service.telemetry;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/** Passes the log of OpenTelemetry's SDK, which uses the JDK's logging, to the service's log. */
final class SdkLog extends Handler {

  /** This reference keeps the logger. Otherwise, the JDK would drop the logger and its handlers. */
  private static final Logger SDK = Logger.getLogger("io.opentelemetry");

  private static final org.slf4j.Logger log = LoggerFactory.getLogger(SdkLog.class);

  private SdkLog() {}

  /** Passes the log on from now on. May be called again. */
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
