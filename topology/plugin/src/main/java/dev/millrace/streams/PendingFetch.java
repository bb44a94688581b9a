package dev.millrace.streams;

import dev.millrace.events.ImageReference;
import dev.millrace.streams.fetch.FetchedImage;
import java.util.concurrent.CompletableFuture;

/**
 * The fetch of a record's image. This class does not keep the image, because the record may wait
 * for long after the engine has decoded the image.
 *
 * @param reference where the image is
 * @param revision the image's revision, or the failure of the fetch; complete or not. Cancelling it
 *     cancels the fetch
 */
record PendingFetch(ImageReference reference, CompletableFuture<String> revision) {

  @SuppressWarnings("FutureReturnValueIgnored") // the callback handles the cancellation
  static PendingFetch of(ImageReference reference, CompletableFuture<FetchedImage> image) {
    CompletableFuture<String> revision = image.thenApply(FetchedImage::revision);
    revision.whenComplete(
        (known, failure) -> {
          if (revision.isCancelled()) {
            image.cancel(false);
          }
        });
    return new PendingFetch(reference, revision);
  }
}
