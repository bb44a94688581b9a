package dev.millrace.streams.fetch;

import dev.millrace.events.ImageReference;
import java.io.IOException;
import java.time.Duration;

/** Fetches the images that records refer to. Thread-safe. */
@FunctionalInterface
public interface ImageFetcher {

  /**
   * Fetches one image. Blocks the calling thread. An implementation must return within 5 s, because
   * a commit may wait for the end of this call.
   *
   * @param reference where the image is stored
   * @return the image
   * @throws dev.millrace.core.image.BadImageException if this record's image can never be fetched,
   *     because the image does not exist, its place is not allowed, or it is too large
   * @throws IOException if the image's store is unavailable at the moment. The record is kept, and
   *     its image is fetched again later. The message names the store and the reason. An unchecked
   *     exception that this method does not document has the same effect
   * @throws InterruptedException if the pool of threads is closing
   */
  FetchedImage fetch(ImageReference reference) throws IOException, InterruptedException;

  /**
   * Returns the origin of an image: the place that stores the image. If the fetch of an image
   * fails, no other image of its origin is fetched until the origin works again. Name two places
   * differently if one of them may work while the other does not. By default, the origin is the
   * scheme and the host or bucket of the URI, so all files have one origin.
   *
   * @param reference where the image is stored
   * @return the name of the origin, as messages name it
   */
  default String origin(ImageReference reference) {
    return Origin.nameOf(reference.uri());
  }

  /**
   * Returns the time limit of a fetch, 5 s by default. If all fetches take longer, the stream
   * reports a problem.
   *
   * @return the time limit
   */
  default Duration timeLimit() {
    return Duration.ofSeconds(5);
  }
}
