package dev.millrace.triton;

import com.google.protobuf.TextFormat;
import java.util.logging.Filter;
import java.util.logging.Logger;

/**
 * Suppresses protobuf's warnings about ignored fields, on the thread that opened this object, until
 * this object is closed. The parser writes the warnings to {@code java.util.logging}, and no option
 * turns them off. Without this class, there would be many warnings, because this module ignores
 * most fields of a Triton configuration.
 */
final class PassedOverFields implements AutoCloseable {

  /**
   * The logger is kept in a field, because Java's log manager discards a logger and its filter when
   * no object refers to the logger.
   */
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
