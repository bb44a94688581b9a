package dev.millrace.streams.fetch;

import dev.millrace.events.ImageReference;
import java.io.IOException;

/** Fetches the images that records refer to. Thread-safe. */
@FunctionalInterface
public interface ImageFetcher {

  /**
   * Fetches one image. Blocks the calling thread, for 5 s at most: a commit may wait for the end of
   * this call.
   *
   * @param reference where the image is
   * @return the image
   * @throws dev.millrace.core.image.BadImageException if this record's image cannot be fetched, now
   *     or later: it does not exist, its place is not allowed, or it is too large
   * @throws IOException if the place that stores the image does not work at the moment. The record
   *     is kept, and its image is fetched again later. The message says which place and why
   * @throws InterruptedException if the pool of threads is closing
   */
  FetchedImage fetch(ImageReference reference) throws IOException, InterruptedException;
}
