package dev.millrace.streams.fetch;

import dev.millrace.events.ImageReference;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds images whose fetches keep failing although their origin returns other images. For example,
 * a server may answer one URL with an error each time. Without this class, one such image would
 * stop its partition for ever.
 *
 * <p>A failure counts if another image was fetched since this image failed last. An image with a
 * failure that counts "fails alone". It is fetched again after pauses of its own. If it goes on
 * failing alone for five minutes, it is refused. A shorter time would not be enough, because the
 * image may be on a part of its origin that is away for a moment: one of several servers behind a
 * gateway, or one of several file systems below a folder.
 *
 * <p>Not thread-safe.
 */
final class LoneFailures {

  /** The smallest number of failures that count before an image is refused. */
  static final int MOST = 5;

  /** The shortest time from the first failure that counts until an image is refused. */
  static final Duration SHORTEST = Duration.ofMinutes(5);

  /** How long a task counts as waiting for an image. A waiting task asks more often. */
  private static final Duration WAITING = Duration.ofSeconds(10);

  private static final int MOST_IMAGES = 1_000;

  /** The failures of an image that was not fetched since. */
  private static final class Failures {

    /** The number of failures that count, and when the first of them happened. */
    private int alone;

    private long since;

    /** The last failure, when it happened, and the number of images that were fetched before. */
    private String reason;

    private long failedAt;
    private long successes;

    private long retryAt;

    /** When a task that waits for the image asked for it last. */
    private long awaitedAt;

    private boolean isRefused(long now) {
      return alone >= MOST && now - since >= SHORTEST.toNanos();
    }
  }

  /** The failures of each image; the image that failed last comes last. */
  private final Map<ImageReference, Failures> failures =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ImageReference, Failures> eldest) {
          return size() > MOST_IMAGES;
        }
      };

  private long successes;

  /**
   * Notes that an image was fetched or refused. A refusal alone does not show that other images can
   * be fetched, because the fetcher may refuse an image without asking the origin, for example
   * because of its checksum.
   *
   * @param shows whether this shows that the origin works: the image was fetched now, or was
   *     fetched before and is refused now, for example because it was deleted
   */
  void answered(ImageReference image, boolean shows) {
    successes += shows ? 1 : 0;
    failures.remove(image);
  }

  /** Notes that the fetch of an image has failed. Failures of long ago count no longer. */
  void failed(ImageReference image, String reason, long now) {
    Failures of = failures.remove(image);
    if (of == null || now - of.failedAt >= SHORTEST.toNanos()) {
      of = new Failures();
      of.awaitedAt = now - WAITING.toNanos();
    } else if (of.successes < successes) {
      of.since = of.alone == 0 ? now : of.since;
      of.alone++;
    }
    of.reason = reason;
    of.failedAt = now;
    of.successes = successes;
    of.retryAt = of.alone == 0 ? now : now + Pause.nanos(of.alone);
    failures.put(image, of);
  }

  /** Notes that a task waits for an image. */
  void await(ImageReference image, long now) {
    Failures of = failures.get(image);
    if (of != null) {
      of.awaitedAt = now;
    }
  }

  /** Notes that a fetch begins which may show whether an image can be fetched again. */
  void begin(ImageReference image, long now) {
    Failures of = failures.get(image);
    if (of != null) {
      of.retryAt = now + Pause.nanos(1);
    }
  }

  /** {@return whether an image has failed, and was neither fetched nor refused since} */
  boolean hasFailed(ImageReference image, long now) {
    Failures of = failures.get(image);
    return of != null && !of.isRefused(now);
  }

  /** {@return whether an image fails alone, and is not refused yet} */
  boolean isAlone(ImageReference image, long now) {
    Failures of = failures.get(image);
    return of != null && of.alone > 0 && !of.isRefused(now);
  }

  /** {@return whether an image has failed alone for so long that it is refused} */
  boolean isRefused(ImageReference image, long now) {
    Failures of = failures.get(image);
    return of != null && of.isRefused(now);
  }

  /** {@return whether no other image was fetched since this image failed last} */
  boolean isUnchecked(ImageReference image) {
    Failures of = failures.get(image);
    return of != null && of.successes == successes;
  }

  /** {@return how long to wait until an image that has failed may be fetched again, in ns} */
  long pauseNanos(ImageReference image, long now) {
    Failures of = failures.get(image);
    return of == null ? 0 : Math.max(0, of.retryAt - now);
  }

  /** {@return the last failure of an image that fails alone; empty if it does not} */
  Optional<String> reason(ImageReference image, long now) {
    return isAlone(image, now) ? Optional.of(failures.get(image).reason) : Optional.empty();
  }

  /** {@return why an image is refused; empty if it is not} */
  Optional<String> refusal(ImageReference image, long now) {
    Failures of = failures.get(image);
    return of == null || !of.isRefused(now)
        ? Optional.empty()
        : Optional.of(
            ("other images are fetched from the same place, but this one failed %d times in %d"
                    + " minutes: %s")
                .formatted(of.alone, Duration.ofNanos(now - of.since).toMinutes(), of.reason));
  }

  /** {@return the images that tasks wait for although their origin works, with the reasons} */
  Stream<String> problems(long now) {
    return failures.entrySet().stream()
        .filter(image -> now - image.getValue().awaitedAt < WAITING.toNanos())
        .filter(image -> !image.getValue().isRefused(now))
        .map(
            image ->
                image.getKey().shown()
                    + " cannot be fetched, but other images can: "
                    + image.getValue().reason);
  }

  /** {@return whether no other image has failed and was not fetched since} */
  boolean isOneImage() {
    return failures.size() == 1;
  }
}
