package dev.millrace.blobs;

import java.util.Objects;

/**
 * What a {@link Fetcher} may read, and how.
 *
 * @param allowed the places that may be read
 * @param networks the networks that the name of a web server may lead to. An IP address in {@code
 *     allowed} need not be in them
 * @param limits the limits of each fetch
 * @param s3 how to reach S3
 */
public record FetchConfig(AllowList allowed, Networks networks, FetchLimits limits, S3Access s3) {

  /**
   * Requires all values.
   *
   * @param allowed the places that may be read
   * @param networks the networks that the name of a web server may lead to
   * @param limits the limits of each fetch
   * @param s3 how to reach S3
   */
  public FetchConfig {
    Objects.requireNonNull(allowed, "allowed");
    Objects.requireNonNull(networks, "networks");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(s3, "s3");
  }

  /**
   * {@return the configuration with default limits, public networks and Amazon's S3}
   *
   * @param allowed the places that may be read
   */
  public static FetchConfig of(AllowList allowed) {
    return new FetchConfig(allowed, Networks.PUBLIC, FetchLimits.DEFAULT, S3Access.DEFAULT);
  }
}
