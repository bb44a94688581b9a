package dev.millrace.streams.fetch;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place that stores images: a web server, a bucket, or the file system. This class knows whether
 * the origin is away (unavailable), and when to try it again.
 *
 * <p>An origin is away after a fetch has failed because of the origin, until another fetch
 * succeeds. The pause before the next fetch is one second at first. The pause doubles after each
 * failure, up to 30 s.
 *
 * <p>Not thread-safe.
 */
final class Origin {

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /**
   * Additional wait of the image whose fetch failed last. During this wait, another image can be
   * fetched first and show whether the origin works.
   */
  private static final Duration OTHERS_FIRST = Duration.ofMillis(500);

  private static final Pattern NAME = Pattern.compile("([a-z][a-z0-9+.-]*:(?://[^/?#]*)?).*");

  private final LoneFailures failures = new LoneFailures();

  /** Number of fetches that run or are about to run. */
  private int running;

  /** Why the origin is away; null if it is not. */
  private FetchStalledException away;

  /** The image whose fetch failed last. */
  private String failed;

  private Duration pause = FIRST_PAUSE;
  private long retryAt;

  /** Whether a fetch is running that began while the origin was away. */
  private boolean probing;

  /** {@return the scheme and the host or bucket of a URI; an empty text for anything else} */
  static String nameOf(String uri) {
    Matcher name = NAME.matcher(uri.toLowerCase(Locale.ROOT));
    return name.matches() ? name.group(1) : "";
  }

  /** {@return why the origin is away; null if it is not} */
  FetchStalledException away() {
    return away;
  }

  /**
   * {@return how long to wait until a fetch may begin, in ns; 0 if it may begin now} While the
   * origin is away, only one fetch may begin, and only after all earlier fetches have ended.
   */
  long pauseNanos(long now) {
    if (away == null) {
      return 0;
    }
    return running > 0 ? Long.MAX_VALUE : Math.max(0, retryAt - now);
  }

  /**
   * {@return whether this image may be fetched now, to find out whether the origin works again} The
   * image that failed last waits for a moment, so that another image can go first. Perhaps only the
   * image that failed last cannot be fetched.
   */
  boolean mayProbe(String uri, long now) {
    long first = uri.equals(failed) ? OTHERS_FIRST.toNanos() : 0;
    return pauseNanos(now - first) == 0;
  }

  void begin() {
    probing = away != null;
    running++;
  }

  /** Notes the end of a fetch that did not ask the origin. */
  void endUnasked() {
    running--;
    probing = false;
  }

  /**
   * Notes that the origin has returned an image, or has refused it.
   *
   * @param uri the image
   * @return whether the origin was away until now
   */
  boolean answered(String uri) {
    boolean back = away != null;
    away = null;
    failures.succeeded(uri);
    endUnasked();
    return back;
  }

  /**
   * Notes that a fetch failed because of the origin.
   *
   * @param uri the image
   * @return whether only this image fails
   */
  boolean failed(String uri) {
    failed = uri;
    return failures.isAlone(uri);
  }

  /**
   * Notes the end of a fetch that has failed because of the origin. The origin is away from now on.
   *
   * @return whether the origin was available until now
   */
  boolean goAway(FetchStalledException reason, long now) {
    boolean first = away == null;
    if (first || probing) { // otherwise the fetch began before the origin went away
      pause = first ? FIRST_PAUSE : least(pause.multipliedBy(2), LONGEST_PAUSE);
      away = reason;
      retryAt = now + pause.toNanos();
    }
    endUnasked();
    return first;
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** {@return whether no fetch runs and the origin is not away} */
  boolean isIdle() {
    return running == 0 && away == null;
  }

  /** {@return whether the fetch of an image has failed and the image was not fetched later} */
  boolean hasFailures() {
    return !failures.isEmpty();
  }
}
