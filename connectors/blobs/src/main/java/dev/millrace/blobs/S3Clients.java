package dev.millrace.blobs;

import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Builds S3 clients that use no proxy. */
final class S3Clients {

  /**
   * The region for servers other than Amazon's. These servers ignore the region, but the signature
   * of a request needs a region.
   */
  private static final Region ANY = Region.US_EAST_1;

  private S3Clients() {}

  /**
   * Builds a client. The caller closes it.
   *
   * @throws IllegalStateException if no region is set
   */
  static S3Client open(S3Access access, FetchLimits limits) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .maxConnections(limits.concurrency())
                    .connectionTimeout(limits.connect())
                    .socketTimeout(limits.silence())
                    .connectionAcquisitionTimeout(limits.total())
                    .proxyConfiguration(
                        ProxyConfiguration.builder()
                            .useSystemPropertyValues(false)
                            .useEnvironmentVariableValues(false)
                            .build()))
            // Many S3 servers do not know the checksums that the SDK would add to each request.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .forcePathStyle(access.pathStyle());
    if (access.endpoint() != null) {
      builder.endpointOverride(access.endpoint());
    }
    if (access.region() != null) {
      return builder.region(Region.of(access.region())).build();
    }
    if (access.endpoint() != null) {
      return builder.region(configuredRegion()).build();
    }
    try {
      return builder.build();
    } catch (SdkClientException e) {
      throw new IllegalStateException(
          "the region of S3 is not known: set AWS_REGION, or name it in the configuration", e);
    }
  }

  /**
   * {@return the region from the environment, the system properties or the profile, or {@link
   * #ANY}} The SDK's default chain would also query Amazon's instance metadata, which takes seconds
   * on other machines.
   */
  private static Region configuredRegion() {
    try {
      return new AwsRegionProviderChain(
              new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
          .getRegion();
    } catch (SdkClientException e) {
      return ANY;
    }
  }
}
