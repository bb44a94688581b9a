package dev.millrace.blobs;

import java.net.URI;

/**
 * Access to S3. The credentials come from the default chain of the AWS SDK: environment, system
 * properties, profile, container and instance. If the region is null, it comes from the same chain.
 *
 * @param endpoint the URI of an S3 server such as MinIO, or null for Amazon S3
 * @param region the region, or null
 * @param pathStyle whether the bucket is the first segment of the path instead of a part of the
 *     host
 */
public record S3Access(URI endpoint, String region, boolean pathStyle) {

  /** Amazon S3. */
  public static final S3Access DEFAULT = new S3Access(null, null, false);

  /**
   * Validates the endpoint.
   *
   * @param endpoint the URI of an S3 server, or null for Amazon S3
   * @param region the region, or null
   * @param pathStyle whether the bucket is the first segment of the path
   * @throws IllegalArgumentException if the endpoint is neither an http nor an https URI
   */
  public S3Access {
    if (endpoint != null
        && (endpoint.getHost() == null
            || (!"https".equalsIgnoreCase(endpoint.getScheme())
                && !"http".equalsIgnoreCase(endpoint.getScheme())))) {
      throw new IllegalArgumentException(
          "the S3 endpoint '" + endpoint + "' is not a URI such as https://minio.example:9000");
    }
  }
}
