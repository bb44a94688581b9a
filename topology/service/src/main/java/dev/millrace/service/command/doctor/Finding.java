package dev.millrace.service.command.doctor;

import java.util.Locale;

/**
 * The result of one check of {@code doctor}.
 *
 * @param check name of the check
 * @param state the result in one word
 * @param detail what the check found, or what the user has to do
 */
record Finding(String check, State state, String detail) {

  /** The result of a check in one word. */
  enum State {
    /** The part exists and works. */
    OK,
    /** The part works, but not for every record, or the check was not possible. */
    WARNING,
    /** The part is missing, but none of the devices to check needs it. */
    ABSENT,
    /** The part is needed, but is missing or does not work. */
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
