package dev.millrace.triton;

import com.google.protobuf.TextFormat;
import java.util.logging.Filter;
import java.util.logging.Logger;

/**
 * Keeps protobuf's parser from warning about the fields that it passes over, on the thread that
 * opened this, until it is closed. The parser writes its warnings to {@code java.util.logging} and
 * has no switch for them, and most fields of a Triton configuration are none of ours.
 */
final class PassedOverFields implements AutoCloseable {

  /** Held here, because the log manager forgets a logger that nothing refers to. */
  private static final Logger LOGGER = Logger.getLogger(TextFormat.class.getName());

  private static final ThreadLocal<Boolean> SILENT = new ThreadLocal<>();

  static {
    Filter others = LOGGER.getFilter();
    LOGGER.setFilter(
        message -> SILENT.get() == null && (others == null || others.isLoggable(message)));
  }

  private PassedOverFields() {}

  static PassedOverFields silently() {
    SILENT.set(true);
    return new PassedOverFields();
  }

  @Override
  public void close() {
    SILENT.remove();
  }
}
