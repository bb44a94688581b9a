package dev.millrace.blobs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Opens objects in S3. */
final class S3Source implements Source<ObjectRef> {

  private final RenewedClient<S3Client> client;

  /**
   * Creates the source.
   *
   * @param open opens a client, which the source closes
   */
  S3Source(Supplier<S3Client> open) {
    this.client = new RenewedClient<>(open, S3Client::close);
  }

  @Override
  public Body open(ObjectRef ref, Watch watch)
      throws RefusedException, StoreAwayException, IOException {
    try {
      ResponseInputStream<GetObjectResponse> in =
          client.send(watch::hasEnded, opened -> opened.getObject(request(ref, watch)));
      watch.guard(in::abort);
      GetObjectResponse answer = in.response();
      Long length = answer.contentLength();
      return new Body(new Data(in), length == null ? -1 : length, tag(answer), in::abort);
    } catch (ApiCallTimeoutException e) {
      throw new StoreAwayException(ref.store(), "it did not answer in time", e);
    } catch (SdkException e) {
      throw S3Trouble.of(e, ref.store());
    } catch (RejectedExecutionException | IllegalArgumentException e) {
      // The client was closed just before the request, or the status of the answer is 0.
      throw new IOException(e);
    }
  }

  private static GetObjectRequest request(ObjectRef ref, Watch watch) {
    return GetObjectRequest.builder()
        .bucket(ref.bucket())
        .key(ref.key())
        .versionId(ref.versionId())
        .overrideConfiguration(settings -> settings.apiCallTimeout(watch.left()))
        .build();
  }

  /**
   * Returns the ETag if the object has no version id. In a bucket without versioning, the version
   * id may also be the text "null".
   */
  private static String tag(GetObjectResponse answer) {
    String version = answer.versionId();
    return version == null || version.equals("null") ? answer.eTag() : version;
  }

  @Override
  public void close() {
    client.close();
  }

  /**
   * The data of an object. The SDK's stream throws an unchecked exception if the data does not have
   * the checksum that S3 sends, or if the thread is interrupted.
   */
  private static final class Data extends FilterInputStream {

    Data(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return super.read(bytes, offset, length);
      } catch (SdkException e) {
        throw new IOException(e);
      }
    }
  }
}
