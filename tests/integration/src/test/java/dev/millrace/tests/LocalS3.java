package dev.millrace.tests;

import dev.millrace.blobs.S3Access;
import java.net.URI;
import java.util.List;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * An S3 server in this JVM with one bucket. It keeps its objects in memory while it is stopped. Its
 * keys become the credentials of this JVM.
 */
final class LocalS3 implements AutoCloseable {

  static final String BUCKET = "models";
  private static final String ACCESS_KEY = "test-key";
  private static final String SECRET_KEY = "test-secret";

  private final BlobStore objects = BlobStores.create("transient-nio2", new Properties());
  private S3Proxy server;
  private final URI endpoint;

  LocalS3() throws Exception {
    System.setProperty("aws.accessKeyId", ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", SECRET_KEY);
    server = start(URI.create("http://127.0.0.1:0"));
    endpoint = URI.create("http://127.0.0.1:" + server.getPort());
    try (S3Client client = client()) {
      client.createBucket(request -> request.bucket(BUCKET));
    }
  }

  private S3Proxy start(URI place) throws Exception {
    S3Proxy started =
        S3Proxy.builder()
            .blobStore(objects)
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
            .endpoint(place)
            .stopTimeout(0)
            .build();
    started.start();
    return started;
  }

  /** Stops the server, as if it were away. */
  void stop() throws Exception {
    server.stop();
  }

  /** Starts the server again, in the same place and with the same objects. */
  void startAgain() throws Exception {
    server = start(endpoint);
  }

  /** Returns how the blobs module reaches the server. */
  S3Access access() {
    return new S3Access(endpoint, null, true);
  }

  /** Returns the options with which a command uses a repository in the bucket. */
  List<Object> options(String prefix, Object cache) {
    return List.of(
        "--repository",
        "s3://" + BUCKET + "/" + prefix,
        "--repository-cache",
        cache,
        "--s3-endpoint",
        endpoint,
        "--s3-path-style");
  }

  /** Returns the JVM options with the credentials of another process. */
  static String credentials() {
    return "-Daws.accessKeyId=" + ACCESS_KEY + " -Daws.secretAccessKey=" + SECRET_KEY;
  }

  /** Returns the keys of all objects, in alphabetical order. */
  List<String> keys() {
    try (S3Client client = client()) {
      return client.listObjectsV2(request -> request.bucket(BUCKET)).contents().stream()
          .map(S3Object::key)
          .sorted()
          .toList();
    }
  }

  private S3Client client() {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .build();
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }
}
