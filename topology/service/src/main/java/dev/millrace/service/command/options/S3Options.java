package dev.millrace.service.command.options;

import dev.millrace.blobs.S3Access;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import java.net.URI;
import picocli.CommandLine.Option;

/**
 * A mixin of options for the connection to S3. Credentials come from the AWS SDK's default chain.
 */
@Grouped(Section.S3)
public final class S3Options {

  @Option(
      names = "--s3-endpoint",
      paramLabel = "URI",
      description =
          "Address of an S3 server other than Amazon's, such as https://minio.example:9000. The"
              + " credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, from a"
              + " profile, or from the machine's role.")
  private URI endpoint;

  @Option(
      names = "--s3-region",
      paramLabel = "REGION",
      description =
          "Region of S3, such as eu-central-1 (default: the region in AWS_REGION or in a profile).")
  private String region;

  @Option(
      names = "--s3-path-style",
      description =
          "Put the bucket's name in the path of a request, not in the host name. Most S3 servers"
              + " other than Amazon's need this.")
  private boolean pathStyle;

  /**
   * {@return the settings for the connection to S3}
   *
   * @throws IllegalArgumentException if the endpoint is not a web address
   */
  public S3Access access() {
    return new S3Access(endpoint, region, pathStyle);
  }
}
