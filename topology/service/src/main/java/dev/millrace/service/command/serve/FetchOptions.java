package dev.millrace.service.command.serve;

import dev.millrace.blobs.AllowList;
import dev.millrace.blobs.FetchConfig;
import dev.millrace.blobs.FetchLimits;
import dev.millrace.blobs.Networks;
import dev.millrace.blobs.S3Access;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** A mixin of options for records that only refer to an image (claim check). */
@Grouped(Section.FETCH)
final class FetchOptions {

  @Option(
      names = "--fetch-from",
      paramLabel = "URI",
      split = "\\s*,\\s*",
      splitSynopsisLabel = ",",
      description =
          "Place from which the service may fetch images that records refer to with ce_dataref:"
              + " file:///FOLDER, https://HOST/PATH, http://HOST/PATH or s3://BUCKET/PREFIX."
              + " Everything below the place is allowed, too. Separate several places with commas,"
              + " or repeat the option. By default, the service fetches nothing.")
  private List<String> places = List.of();

  @Option(
      names = "--fetch-network",
      paramLabel = "NETWORK",
      split = "\\s*,\\s*",
      splitSynopsisLabel = ",",
      description =
          "Internal network, such as 10.1.0.0/16 or fd00::/8, in which a web server of --fetch-from"
              + " may be. May be repeated. By default, only web servers with public addresses are"
              + " allowed.")
  private List<String> networks = List.of();

  @Option(
      names = "--fetch-concurrency",
      paramLabel = "N",
      defaultValue = "16",
      description = "Largest number of fetches at the same time (default: ${DEFAULT-VALUE}).")
  private int concurrency;

  @Option(
      names = "--fetch-timeout",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description =
          "Longest time, in seconds, that the fetch of one image may take (default:"
              + " ${DEFAULT-VALUE}). Under exactly_once_v2, this is also the largest value.")
  private double timeout;

  @Option(
      names = "--fetch-max-bytes",
      paramLabel = "N",
      defaultValue = "33554432",
      description =
          "Largest image to fetch, in bytes (default: ${DEFAULT-VALUE}). Each fetch needs up to this"
              + " number of bytes of heap, and up to three times as many if a web server does not"
              + " announce the length of the image.")
  private int maxBytes;

  /**
   * {@return the configuration of the fetches: from where images may be fetched, and the limits of
   * a fetch}
   *
   * @param s3 the settings for the connection to S3
   * @throws IllegalArgumentException if a value is not valid; the message names the option
   */
  FetchConfig config(S3Access s3) {
    return new FetchConfig(
        parsed("fetch-from", places, AllowList::of),
        parsed("fetch-network", networks, Networks::publicAnd),
        limits(),
        s3);
  }

  private static <T> T parsed(String key, List<String> texts, Function<List<String>, T> parser) {
    try {
      return parser.apply(texts);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the limits of a fetch. Opening the connection may take up to 40 % of the time limit of
   * {@code --fetch-timeout}. A server may send nothing for up to 80 % of this time limit.
   */
  private FetchLimits limits() {
    if (!(timeout >= 0.1 && timeout <= 60)) {
      throw new IllegalArgumentException(
          "fetch-timeout: " + timeout + " must be from 0.1 to 60 seconds");
    }
    requirePositive("fetch-concurrency", concurrency);
    requirePositive("fetch-max-bytes", maxBytes);
    Duration total = Duration.ofMillis((long) (timeout * 1_000));
    return new FetchLimits(
        maxBytes,
        total,
        total.multipliedBy(2).dividedBy(5),
        total.multipliedBy(4).dividedBy(5),
        concurrency);
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + ": " + value + " must be at least 1");
    }
  }
}
