package dev.millrace.blobs;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.RemoteAwayException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Lists and writes the objects below a prefix of a bucket. Thread-safe. */
final class S3Folder implements AutoCloseable {

  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_IMPLEMENTED = 501;

  private final RenewedClient<S3Client> client;
  private final String bucket;
  private final String prefix;

  /**
   * Creates the folder.
   *
   * @param open opens a client, which the folder closes
   * @param place the bucket and the prefix
   */
  S3Folder(Supplier<S3Client> open, ObjectRef place) {
    this.client = new RenewedClient<>(open, S3Client::close);
    this.bucket = place.bucket();
    this.prefix = place.key().isEmpty() ? "" : place.key() + "/";
  }

  /** {@return the names of the folders directly below the prefix} */
  List<String> folders() throws RemoteAwayException {
    return call(
        "list",
        s3 ->
            s3
                .listObjectsV2Paginator(
                    request -> request.bucket(bucket).prefix(prefix).delimiter("/"))
                .commonPrefixes()
                .stream()
                .map(found -> found.prefix().substring(prefix.length()).replaceFirst("/$", ""))
                .toList());
  }

  /** {@return the names of all objects in a folder and below it, relative to the folder} */
  List<String> names(String folder) throws RemoteAwayException {
    String start = prefix + folder;
    return call(
        "list",
        s3 ->
            s3
                .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(start))
                .contents()
                .stream()
                .map(object -> object.key().substring(start.length()))
                .toList());
  }

  /** {@return the size of an object in bytes, or -1 if the object does not exist} */
  long size(String path) throws RemoteAwayException {
    return call(
        "read",
        s3 -> {
          try {
            return s3.headObject(request -> request.bucket(bucket).key(prefix + path))
                .contentLength();
          } catch (NoSuchKeyException e) {
            return -1L;
          }
        });
  }

  /** Writes or replaces an object. The store verifies the checksum if it supports checksums. */
  void write(String path, Path file, String sha256) throws RemoteAwayException {
    String checksum = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256));
    call(
        "write",
        s3 ->
            s3.putObject(
                request -> request.bucket(bucket).key(prefix + path).checksumSHA256(checksum),
                RequestBody.fromFile(file)));
  }

  /**
   * Writes an object unless it exists. Returns false if the object exists, or if another client is
   * writing it.
   */
  boolean create(String path, byte[] bytes) throws RemoteAwayException {
    return call(
        "write",
        s3 -> {
          try {
            s3.putObject(
                request -> request.bucket(bucket).key(prefix + path).ifNoneMatch("*"),
                RequestBody.fromBytes(bytes));
            return true;
          } catch (S3Exception e) {
            if (e.statusCode() == PRECONDITION_FAILED || e.statusCode() == CONFLICT) {
              return false;
            }
            throw e;
          }
        });
  }

  /** Deletes an object. */
  void delete(String path) throws RemoteAwayException {
    call("write", s3 -> s3.deleteObject(request -> request.bucket(bucket).key(prefix + path)));
  }

  private <T> T call(String action, Function<S3Client, T> request) throws RemoteAwayException {
    String store = "s3://" + bucket;
    try {
      return client.send(() -> false, request::apply);
    } catch (IOException e) {
      throw away(store, e);
    } catch (RejectedExecutionException | IllegalArgumentException e) {
      // The client was closed just before the request, or the status of the answer is 0.
      throw away(store, new IOException(e));
    } catch (SdkException e) {
      if (e instanceof S3Exception s3 && s3.statusCode() == NOT_IMPLEMENTED) {
        throw new ModelException(
            "cannot " + action + " " + store + ": the store does not know the request", e);
      }
      try {
        StoreAwayException away = S3Trouble.of(e, store);
        throw new RemoteAwayException(away.getMessage(), e);
      } catch (RefusedException refused) {
        throw new ModelException(
            "cannot "
                + action
                + " "
                + store
                + " ("
                + refused.getMessage()
                + "); check the rights of the credentials",
            e);
      }
    }
  }

  private static RemoteAwayException away(String store, IOException e) {
    StoreAwayException away = new StoreAwayException(store, Trouble.of(e), e);
    return new RemoteAwayException(away.getMessage(), e);
  }

  @Override
  public void close() {
    client.close();
  }
}
