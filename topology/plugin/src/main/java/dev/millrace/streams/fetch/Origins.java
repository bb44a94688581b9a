package dev.millrace.streams.fetch;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageReference;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The origins of the images that a pool fetches. Decides what the end of a fetch says about the
 * image's origin, and about the image.
 *
 * <p>Not thread-safe.
 */
final class Origins {

  private static final Logger log = LoggerFactory.getLogger(FetchPool.class);

  /**
   * Largest number of origins to remember. Beyond it, the origins that work are forgotten, together
   * with the failures of their single images, and the images that were fetched from them.
   */
  private static final int MOST_ORIGINS = 1_000;

  private final ImageFetcher fetcher;

  /** The origins, by their names. */
  private final Map<String, Origin> origins = new TreeMap<>();

  /**
   * @param fetcher knows the name of an image's origin
   */
  Origins(ImageFetcher fetcher) {
    this.fetcher = fetcher;
  }

  /** {@return the origin of an image} */
  Origin of(ImageReference image) {
    return origins.computeIfAbsent(fetcher.origin(image), name -> new Origin());
  }

  /**
   * Notes the end of a fetch.
   *
   * @param origin the origin of the image. This method does not look it up, because that takes
   *     memory, and perhaps the heap is full. The origin would then wait for ever for the end of
   *     the fetch
   * @param isFetched whether the origin has returned the image
   * @param failure the failure of the fetch; null if there is none, or if nothing was fetched
   * @param now the time, in ns on the pool's clock
   * @return the failure to report for the image, or null
   */
  Throwable ended(
      Origin origin, ImageReference image, boolean isFetched, Throwable failure, long now) {
    try {
      return outcome(origin, image, isFetched, failure, now);
    } finally {
      origin.end(image);
      if (origins.size() > MOST_ORIGINS) {
        origins.values().removeIf(Origin::isIdle);
      }
    }
  }

  private Throwable outcome(
      Origin origin, ImageReference image, boolean isFetched, Throwable failure, long now) {
    if (isFetched || failure instanceof BadImageException) {
      if (origin.answered(image, isFetched)) {
        log.info("images are fetched again from {}", fetcher.origin(image));
      }
    } else if (failure instanceof Error) {
      origin.failedHere(image, now);
    } else if (failure instanceof FetchStalledException stalled) {
      origin.goAway(image, stalled, now);
    } else if (failure != null) {
      return outcome(origin, image, stalled(fetcher.origin(image), failure), now);
    }
    return failure;
  }

  private static RuntimeException outcome(
      Origin origin, ImageReference image, FetchStalledException stalled, long now) {
    if (origin.failed(image, stalled, now)) {
      log.warn("images are not fetched until this works again: {}", stalled.getMessage());
    }
    Optional<String> refusal = origin.refusal(image, now);
    return refusal.isPresent()
        ? new BadImageException(BadImageException.Reason.NOT_FETCHED, refusal.get())
        : stalled;
  }

  private static FetchStalledException stalled(String origin, Throwable failure) {
    String reason = failure instanceof IOException ? failure.getMessage() : null;
    return new FetchStalledException(
        reason == null
            ? "the fetch"
                + (origin.isEmpty() ? "" : " from " + origin)
                + " failed ("
                + failure.getClass().getSimpleName()
                + ")"
            : reason,
        failure);
  }

  /** {@return why some images cannot be fetched at the moment} */
  Stream<String> problems(long now) {
    return origins.values().stream().flatMap(origin -> origin.problems(now));
  }

  /** {@return the origins whose images are being fetched, with their numbers of fetches} */
  String running() {
    return origins.entrySet().stream()
        .filter(origin -> origin.getValue().running() > 0)
        .map(origin -> origin.getKey() + ": " + origin.getValue().running())
        .collect(Collectors.joining(", "));
  }
}
