package dev.millrace.blobs;

import java.net.URI;
import java.time.Duration;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * An S3 server in this JVM, which keeps its objects in memory. Its keys are the JVM's credentials.
 */
public final class S3Server implements AutoCloseable {

  private static final String ACCESS_KEY = "test-key";
  private static final String SECRET_KEY = "test-secret";

  private final S3Proxy server;
  private final URI endpoint;
  private final S3Client client;

  /** Starts a server with an empty bucket. */
  public S3Server(String bucket) throws Exception {
    this(bucket, BlobStores.create("transient-nio2", new Properties()));
  }

  S3Server(String bucket, BlobStore objects) throws Exception {
    System.setProperty("aws.accessKeyId", ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", SECRET_KEY);
    server =
        S3Proxy.builder()
            .blobStore(objects)
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .stopTimeout(0)
            .build();
    server.start();
    endpoint = URI.create("http://127.0.0.1:" + server.getPort());
    client = client(ACCESS_KEY, SECRET_KEY);
    client.createBucket(request -> request.bucket(bucket));
  }

  /** {@return how to reach the server, or its place if it was stopped} */
  public S3Access access() {
    return new S3Access(endpoint, "us-east-1", true);
  }

  /** {@return a client of the server} */
  public S3Client client() {
    return client;
  }

  S3Client client(String accessKey, String secretKey) {
    return S3Client.builder()
        .endpointOverride(access().endpoint())
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
        .overrideConfiguration(settings -> settings.apiCallTimeout(Duration.ofMinutes(10)))
        .build();
  }

  /** Writes an object. */
  public void put(String bucket, String key, String body) {
    client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromString(body));
  }

  /** Stops the server, as if it were away; it does not start again. */
  public void stop() throws Exception {
    server.stop();
  }

  @Override
  public void close() throws Exception {
    client.close();
    server.stop();
  }
}
