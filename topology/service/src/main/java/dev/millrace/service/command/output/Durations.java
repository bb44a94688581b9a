package dev.millrace.service.command.output;

import java.time.Duration;
import java.util.Locale;

/** Formats durations and ages as text. */
public final class Durations {

  private Durations() {}

  /**
   * {@return a duration such as {@code 0:41 min} or {@code 2 h 05 min}}
   *
   * @param seconds the duration, in seconds
   */
  public static String text(double seconds) {
    Duration duration = Duration.ofSeconds(Math.round(seconds));
    return duration.toHours() > 0
        ? String.format(Locale.ROOT, "%d h %02d min", duration.toHours(), duration.toMinutesPart())
        : String.format(Locale.ROOT, "%d:%02d min", duration.toMinutes(), duration.toSecondsPart());
  }

  /**
   * {@return an age in its largest unit, such as {@code 3 days}}
   *
   * @param age the age; a negative age, possible after a clock was set back, counts as 0 seconds
   */
  public static String age(Duration age) {
    if (age.toDays() > 0) {
      return count(age.toDays(), "day");
    }
    if (age.toHours() > 0) {
      return count(age.toHours(), "hour");
    }
    return age.toMinutes() > 0
        ? count(age.toMinutes(), "minute")
        : count(Math.max(0, age.toSeconds()), "second");
  }

  private static String count(long number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s");
  }
}
