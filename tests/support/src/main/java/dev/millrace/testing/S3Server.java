package dev.millrace.testing;

import java.net.URI;
import java.time.Duration;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * An S3 server in this JVM, which keeps its objects in memory. It sets its access key and its
 * secret key as the AWS credentials of this JVM. A module that uses it adds s3proxy and the AWS SDK
 * to its tests.
 */
public final class S3Server implements AutoCloseable {

  private static final String ACCESS_KEY = "test-key";
  private static final String SECRET_KEY = "test-secret";

  private final BlobStore objects;
  private final URI endpoint;
  private S3Proxy server;
  private final S3Client client;

  /** Starts a server with an empty bucket. */
  public S3Server(String bucket) throws Exception {
    this(bucket, BlobStores.create("transient-nio2", new Properties()));
  }

  private S3Server(String bucket, BlobStore objects) throws Exception {
    System.setProperty("aws.accessKeyId", ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", SECRET_KEY);
    this.objects = objects;
    server = start(URI.create("http://127.0.0.1:0"));
    endpoint = URI.create("http://127.0.0.1:" + server.getPort());
    client = client(ACCESS_KEY, SECRET_KEY);
    client.createBucket(request -> request.bucket(bucket));
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

  /** {@return the JVM options that pass the server's keys to another process} */
  public static String credentials() {
    return "-Daws.accessKeyId=" + ACCESS_KEY + " -Daws.secretAccessKey=" + SECRET_KEY;
  }

  /**
   * {@return a server with an empty bucket, which waits for {@code delay} before it answers a
   * request for an object}
   */
  public static S3Server late(String bucket, Duration delay) throws Exception {
    return new S3Server(bucket, new LateObjects(delay));
  }

  private static final class LateObjects extends ForwardingBlobStore {
    private final Duration delay;

    LateObjects(Duration delay) {
      super(BlobStores.create("transient-nio2", new Properties()));
      this.delay = delay;
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
      try {
        Thread.sleep(delay.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return super.getBlob(request);
    }
  }

  /** {@return the server's address; requests have the bucket in their path} */
  public URI endpoint() {
    return endpoint;
  }

  /** {@return a client of the server} */
  public S3Client client() {
    return client;
  }

  /** {@return another client of the server, which the caller closes} */
  public S3Client client(String accessKey, String secretKey) {
    return builder(accessKey, secretKey).build();
  }

  /** {@return another client of the server, with the given HTTP client; the caller closes both} */
  public S3Client client(SdkHttpClient http) {
    return builder(ACCESS_KEY, SECRET_KEY).httpClient(http).build();
  }

  private S3ClientBuilder builder(String accessKey, String secretKey) {
    return S3Client.builder()
        .endpointOverride(endpoint())
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
        .overrideConfiguration(settings -> settings.apiCallTimeout(Duration.ofMinutes(10)));
  }

  /** Writes an object. */
  public void put(String bucket, String key, String body) {
    client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromString(body));
  }

  /** Stops the server, so that clients cannot reach it. */
  public void stop() throws Exception {
    server.stop();
  }

  /** Starts the server again, at the same address and with the same objects. */
  public void startAgain() throws Exception {
    server = start(endpoint);
  }

  @Override
  public void close() throws Exception {
    client.close();
    server.stop();
  }
}
