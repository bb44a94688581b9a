package dev.millrace.service.command.doctor;

import java.util.Locale;

/**
 * The result of one check of {@code doctor}.
 *
 * @param check name of the check
 * @param state the result in one word
 * @param detail the finding of the check, or the action that the user has to take
 */
record Finding(String check, State state, String detail) {

  /** The result of a check in one word. */
  enum State {
    /** The checked part exists and works. */
    OK,
    /** The checked part works, but not for every record. Or the check was not possible. */
    WARNING,
    /** The checked part is missing, but none of the devices that {@code doctor} checks needs it. */
    ABSENT,
    /** The checked part is needed, but is missing or does not work. */
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
