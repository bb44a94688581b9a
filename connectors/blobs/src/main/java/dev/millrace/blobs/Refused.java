package dev.millrace.blobs;

import java.util.Locale;

/**
 * The data cannot be used, and another attempt would not help. The record that names the data is at
 * fault.
 *
 * @param reason the kind of the problem
 * @param message the problem in words. The message contains no address and no URI, because the
 *     author of the URI may read the message
 */
public record Refused(Reason reason, String message) implements FetchResult {

  /** The kinds of problems. */
  public enum Reason {
    /** The URI or the checksum is not valid. */
    INVALID,
    /** The URI, a redirect or a link leads to a place that may not be read. */
    NOT_ALLOWED,
    /** The data does not exist, or no longer exists. */
    NOT_FOUND,
    /** The store forbids reading. */
    FORBIDDEN,
    /** The data is larger than the limit. */
    TOO_LARGE,
    /** The store answered within half of the time limit, but the data came too slowly. */
    TOO_SLOW,
    /** The data does not have the given checksum. */
    WRONG_CHECKSUM,
    /** The web server answered with something other than the data. */
    UNUSABLE;

    /** {@return the reason as the label of a metric, for example {@code too_large}} */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
