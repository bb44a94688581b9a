package dev.millrace.blobs;

import java.time.Duration;

/**
 * The limits of each fetch.
 *
 * @param maxBytes the largest number of bytes of one file, object or page
 * @param total the longest time of a whole fetch, including redirects
 * @param connect the longest time to resolve a name and open a connection
 * @param silence the longest time that a server or a file system may send nothing; shorter than
 *     {@code total}
 * @param concurrency the largest number of concurrent fetches
 */
public record FetchLimits(
    long maxBytes, Duration total, Duration connect, Duration silence, int concurrency) {

  /**
   * The default limits: 32 MiB, 30 s for a whole fetch, 5 s to connect, 10 s without data from the
   * server, and 16 concurrent fetches.
   */
  public static final FetchLimits DEFAULT =
      new FetchLimits(
          32L << 20, Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(10), 16);

  /**
   * Validates the limits.
   *
   * @param maxBytes the largest number of bytes
   * @param total the longest time of a whole fetch
   * @param connect the longest time to connect
   * @param silence the longest time that a server may send nothing
   * @param concurrency the largest number of concurrent fetches
   * @throws IllegalArgumentException if a limit is not positive, or {@code silence} is not shorter
   *     than {@code total}
   */
  public FetchLimits {
    requirePositive("the largest size of data", maxBytes);
    requirePositive("the time limit of a fetch", total.toMillis());
    requirePositive("the time limit of a connection", connect.toMillis());
    requirePositive("the time limit of a server's silence", silence.toMillis());
    requirePositive("the number of fetches at the same time", concurrency);
    if (silence.compareTo(total) >= 0) {
      throw new IllegalArgumentException(
          "a server may be silent for "
              + silence
              + ", which must be shorter than the time limit of a fetch, "
              + total);
    }
  }

  private static void requirePositive(String limit, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(limit + " is " + value + " and must be at least 1");
    }
  }
}
