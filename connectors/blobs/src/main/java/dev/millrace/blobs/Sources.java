package dev.millrace.blobs;

import java.io.IOException;
import java.util.List;

/** Holds one {@link Source} for each kind of place in an allow-list. */
final class Sources implements AutoCloseable {

  private final Source<FileRef> files;
  private final Source<WebRef> web;
  private final Source<ObjectRef> objects;

  private Sources(Source<FileRef> files, Source<WebRef> web, Source<ObjectRef> objects) {
    this.files = files;
    this.web = web;
    this.objects = objects;
  }

  static Sources open(FetchConfig config, Lookup lookup) {
    AllowList allowed = config.allowed();
    List<FileRef> folders = allowed.places(FileRef.class);
    boolean objects = !allowed.places(ObjectRef.class).isEmpty();
    boolean web = !allowed.places(WebRef.class).isEmpty();
    return new Sources(
        new FileSource(folders, config.limits()),
        web ? new WebSource(config, lookup) : null,
        objects ? s3(config) : null);
  }

  /**
   * Opens the source for S3. Only this method loads the classes of the AWS SDK, so a fetcher
   * without places in S3 does not need the SDK.
   */
  private static Source<ObjectRef> s3(FetchConfig config) {
    try {
      return new S3Source(() -> S3Clients.open(config.s3(), config.limits()));
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "reading from S3 needs software.amazon.awssdk:s3 and"
              + " software.amazon.awssdk:apache5-client: add both to the class path",
          e);
    }
  }

  /** Opens data that the allow-list admits. */
  Body open(DataRef ref, Watch watch) throws RefusedException, StoreAwayException, IOException {
    if (ref instanceof FileRef file) {
      return files.open(file, watch);
    }
    return ref instanceof WebRef page
        ? web.open(page, watch)
        : objects.open((ObjectRef) ref, watch);
  }

  @Override
  public void close() {
    files.close();
    if (web != null) {
      web.close();
    }
    if (objects != null) {
      objects.close();
    }
  }
}
