package dev.millrace.trainer.run;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/** Creates names of training runs. */
public final class RunName {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private static final int RANDOM = 8;

  private RunName() {}

  /**
   * {@return a name that no other run has, on any machine: the time in UTC and 32 random bits, for
   * example {@code 20260101-120000-1b9d6bcd}}
   *
   * @param now the time at which the run begins
   */
  public static String unique(Instant now) {
    return TIME.format(now) + "-" + UUID.randomUUID().toString().substring(0, RANDOM);
  }
}
