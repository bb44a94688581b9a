package dev.millrace.blobs;

import java.util.Objects;

/**
 * The places that a {@link Fetcher} may read, the limits of each fetch, and the access to S3.
 *
 * @param allowed the places that may be read
 * @param networks the networks in which the addresses of a web server's host name must lie. An IP
 *     address in {@code allowed} may lie outside these networks
 * @param limits the limits of each fetch
 * @param s3 the access to S3
 */
public record FetchConfig(AllowList allowed, Networks networks, FetchLimits limits, S3Access s3) {

  /**
   * Requires that no value is null.
   *
   * @param allowed the places that may be read
   * @param networks the networks in which a web server's addresses must lie
   * @param limits the limits of each fetch
   * @param s3 the access to S3
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
