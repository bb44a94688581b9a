package dev.millrace.streams.fetch;

import dev.millrace.events.ImageReference;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A place that stores images, such as a web server, a bucket or a folder. This class knows whether
 * the origin is away (unavailable), which of its images fail alone, and what to fetch next to find
 * out whether the origin or the image works again.
 *
 * <p>An origin is away after a fetch has failed because of the origin, until another fetch
 * succeeds. The next fetch begins after a {@link Pause}. If the image that failed last is wanted
 * again, the origin's last image that was fetched is fetched in its place, in turn with this image.
 * So the origin is found to work even if no other image is wanted.
 *
 * <p>Not thread-safe.
 */
final class Origin {

  /**
   * Additional wait of the image whose fetch failed last. During this wait, another image can be
   * fetched first and show whether the origin works.
   */
  private static final Duration OTHERS_FIRST = Duration.ofMillis(500);

  private static final Pattern NAME = Pattern.compile("([a-z][a-z0-9+.-]*:(?://[^/?#]*)?).*");

  private final LoneFailures lone = new LoneFailures();

  /** Number of fetches that run or are about to run. */
  private int running;

  /** Why the origin is away; null if it is not. */
  private FetchStalledException away;

  /** The image whose fetch failed last. */
  private ImageReference failed;

  /** The number of fetches in a row that have shown that the origin is away. */
  private int failures;

  private long awaySince;
  private long retryAt;

  /** The images that are being fetched to find out whether they or their origin work again. */
  private final Set<ImageReference> probes = new HashSet<>();

  /** The two images that were fetched last; null until there are so many. */
  private ImageReference fetched;

  private ImageReference fetchedBefore;

  /** {@return the scheme and the host or bucket of a URI; an empty text for anything else} */
  static String nameOf(String uri) {
    Matcher name = NAME.matcher(uri.toLowerCase(Locale.ROOT));
    return name.matches() ? name.group(1) : "";
  }

  /** Notes that a task waits for an image. */
  void await(ImageReference image, long now) {
    lone.await(image, now);
  }

  /** {@return whether a fetch of an image may not begin, because its origin or the image fails} */
  boolean isAway(ImageReference image, long now) {
    return !lone.isRefused(image, now) && (away != null || lone.isAlone(image, now));
  }

  /**
   * {@return whether an image that could not be fetched, and that a task waits for, would probably
   * fail again} Unlike {@link #isAway}, this method returns true until the image itself was
   * fetched, or is refused.
   */
  boolean isMissing(ImageReference image, long now) {
    await(image, now);
    return !lone.isRefused(image, now) && (away != null || lone.hasFailed(image, now));
  }

  /** {@return why a fetch of an image may not begin now; null if no failure is the reason} */
  FetchStalledException reason(ImageReference image, long now) {
    return away == null
        ? lone.reason(image, now).map(why -> new FetchStalledException(why, null)).orElse(null)
        : away;
  }

  /**
   * {@return how long to wait until a fetch of an image may begin, in ns; 0 if it may begin now}
   */
  long pauseNanos(ImageReference image, long now) {
    return isAway(image, now) ? probePauseNanos(image, now) : 0;
  }

  /**
   * {@return whether a fetch may begin now to find out whether an image or its origin works again}
   * The image that failed last waits for a moment, so that another image can go first. Perhaps only
   * the image that failed last cannot be fetched.
   */
  boolean mayProbe(ImageReference image, long now) {
    long first = away != null && image.equals(failed) ? OTHERS_FIRST.toNanos() : 0;
    return probePauseNanos(image, now - first) == 0;
  }

  /**
   * Returns the pause until such a fetch. While the origin is away, only one fetch may begin, and
   * only after all earlier fetches have ended.
   */
  private long probePauseNanos(ImageReference image, long now) {
    boolean busy = away == null ? probes.contains(probeFor(image)) : running > 0;
    if (busy) {
      return Long.MAX_VALUE;
    }
    long ofOrigin = away == null ? 0 : Math.max(0, retryAt - now);
    return Math.max(ofOrigin, lone.pauseNanos(image, now));
  }

  /**
   * Returns the image whose fetch shows best whether an image or its origin works again: the image
   * itself, or another one that was fetched before. The other image comes first if this image has
   * failed since the last success. Several images may fail alone, and fetching only these would
   * never show that the origin works. While the origin is away, both take turns.
   */
  private ImageReference probeFor(ImageReference image) {
    ImageReference other = otherThan(image);
    boolean hasTurn = other != null && (away == null || !other.equals(failed));
    return hasTurn && lone.isUnchecked(image) ? other : image;
  }

  /** Begins a fetch that may begin. */
  void begin() {
    running++;
  }

  /**
   * Begins a fetch that may begin, to find out whether an image or its origin works again.
   *
   * @return the image to fetch: this image, or another one
   */
  ImageReference beginProbe(ImageReference image, long now) {
    running++;
    lone.begin(image, now);
    ImageReference probe = probeFor(image);
    probes.add(probe);
    return probe;
  }

  private ImageReference otherThan(ImageReference image) {
    return image.equals(fetched) ? fetchedBefore : fetched;
  }

  /** Notes the end of a fetch. To be called after the method that notes its outcome, if any. */
  void end(ImageReference image) {
    running--;
    probes.remove(image);
  }

  /**
   * Notes that a fetch has failed because of this process. If the origin is away, it stays away,
   * and the next fetch needs another pause.
   */
  void failedHere(ImageReference image, long now) {
    if (away != null) {
      goAway(image, away, now);
    }
  }

  /**
   * Notes that the origin has returned an image, or has refused it.
   *
   * @param isFetched whether the origin has returned the image
   * @return whether the origin was away until now
   */
  boolean answered(ImageReference image, boolean isFetched) {
    boolean back = away != null;
    away = null;
    failures = 0;
    lone.answered(image, isFetched || image.equals(fetched) || image.equals(fetchedBefore));
    if (isFetched && !image.equals(fetched)) {
      fetchedBefore = fetched;
      fetched = image;
    }
    return back;
  }

  /**
   * Notes that a fetch has failed because of the origin. The origin is away from now on, unless the
   * image fails alone.
   *
   * @return whether the origin was available until now, and is away from now on
   */
  boolean failed(ImageReference image, FetchStalledException reason, long now) {
    failed = image;
    lone.failed(image, reason.getMessage(), now);
    return !lone.isAlone(image, now) && !lone.isRefused(image, now) && goAway(image, reason, now);
  }

  /**
   * Notes that the fetch of an image shows that the origin is away from now on.
   *
   * @return whether the origin was available until now
   */
  boolean goAway(ImageReference image, FetchStalledException reason, long now) {
    boolean first = away == null;
    if (first || probes.contains(image)) { // otherwise the fetch began before the origin went away
      failures = first ? 1 : failures + 1;
      awaySince = first ? now : awaySince;
      away = reason;
      retryAt = now + Pause.nanos(failures);
    }
    return first;
  }

  /** {@return why an image is refused, although the origin is at fault; empty if it is not} */
  Optional<String> refusal(ImageReference image, long now) {
    return lone.refusal(image, now);
  }

  /** {@return why some images cannot be fetched at the moment} */
  Stream<String> problems(long now) {
    return away == null ? lone.problems(now) : Stream.of(away.getMessage() + hint(now));
  }

  /**
   * Returns a hint if the origin has been away for long, and only one image shows this. No other
   * image is known that could show whether the origin works.
   */
  private String hint(long now) {
    return fetched == null
            && lone.isOneImage()
            && now - awaySince >= LoneFailures.SHORTEST.toNanos()
        ? " (no other image was fetched from there yet, so perhaps only %s fails)"
            .formatted(failed.shown())
        : "";
  }

  /** {@return the number of fetches that run or are about to run} */
  int running() {
    return running;
  }

  /** {@return whether no fetch runs and the origin is not away} */
  boolean isIdle() {
    return running == 0 && away == null;
  }
}
