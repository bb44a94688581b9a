package dev.millrace.service.serve;

import dev.millrace.blobs.FetchConfig;
import dev.millrace.blobs.FetchResult;
import dev.millrace.blobs.Fetched;
import dev.millrace.blobs.Fetcher;
import dev.millrace.blobs.HeapBuffer;
import dev.millrace.blobs.Refused;
import dev.millrace.blobs.StoreAwayException;
import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageReference;
import dev.millrace.streams.fetch.FetchedImage;
import dev.millrace.streams.fetch.ImageFetcher;
import java.io.IOException;
import java.time.Duration;

/**
 * Fetches the images that records refer to, from the places that the configuration allows.
 * Thread-safe.
 */
final class StoredImages implements ImageFetcher, AutoCloseable {

  private final FetchConfig config;

  /** Null if no place is allowed. */
  private final Fetcher fetcher;

  private StoredImages(FetchConfig config, Fetcher fetcher) {
    this.config = config;
    this.fetcher = fetcher;
  }

  /**
   * Opens the clients that the allowed places need. Opens no connection yet.
   *
   * @return the images; the caller closes the object
   * @throws IllegalArgumentException if a place is in S3, and the region is not known
   */
  static StoredImages open(FetchConfig config) {
    try {
      return new StoredImages(config, config.allowed().isEmpty() ? null : new Fetcher(config));
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(
          "fetch-from: " + e.getMessage() + "; see --s3-region and --s3-endpoint", e);
    }
  }

  @Override
  public FetchedImage fetch(ImageReference reference) throws IOException, InterruptedException {
    if (fetcher == null) {
      throw refused(
          "the image is stored elsewhere (ce_dataref), and this service fetches no images; allow"
              + " its place with --fetch-from, or send the image itself");
    }
    HeapBuffer image = new HeapBuffer();
    try {
      FetchResult result = fetcher.fetch(reference.uri(), reference.sha256(), image);
      if (result instanceof Refused refused) {
        throw refused(refused.message());
      }
      return new FetchedImage(image.toByteArray(), ((Fetched) result).tag());
    } catch (StoreAwayException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * {@return the allowed place of the image} Each place is an origin of its own, because one folder
   * or one path of a web server may work while another does not. The images that are not allowed,
   * and those with a malformed checksum, have an origin of their own, too, because they are refused
   * without asking their place. Their refusal does not show that it works.
   */
  @Override
  public String origin(ImageReference reference) {
    boolean isAsked = reference.sha256() == null || Fetcher.isChecksum(reference.sha256());
    return isAsked ? config.allowed().placeOf(reference.uri()).orElse("") : "";
  }

  @Override
  public Duration timeLimit() {
    return config.limits().total();
  }

  private static BadImageException refused(String message) {
    return new BadImageException(BadImageException.Reason.NOT_FETCHED, message);
  }

  @Override
  public void close() {
    if (fetcher != null) {
      fetcher.close();
    }
  }
}
