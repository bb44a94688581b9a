package dev.millrace.service.command.doctor;

import java.util.Locale;

/**
 * What {@code doctor} found out about one thing.
 *
 * @param check what was looked at
 * @param state how it is
 * @param detail what was found, or what to do
 */
record Finding(String check, State state, String detail) {

  /** How a thing is. */
  enum State {
    /** There and working. */
    OK,
    /** Working, but not for every record. */
    WARNING,
    /** Not there, and nothing that was asked for needs it. */
    ABSENT,
    /** Needed, and not there or not working. */
    MISSING;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String check, String detail) {
    return new Finding(check, State.OK, detail);
  }

  static Finding warning(String check, String detail) {
    return new Finding(check, State.WARNING, detail);
  }

  static Finding absent(String check, String detail) {
    return new Finding(check, State.ABSENT, detail);
  }

  static Finding missing(String check, String detail) {
    return new Finding(check, State.MISSING, detail);
  }

  boolean isFailure() {
    return state == State.MISSING;
  }
}
