package dev.millrace.streams.fetch;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds images whose fetches keep failing although their origin returns other images. For example,
 * a server may answer one URL with an error each time. Without this class, one such image would
 * stop its partition for ever.
 *
 * <p>A failure counts if another image was fetched since this image failed last. While the origin
 * is away, no image is fetched, so no failure counts. Not thread-safe.
 */
final class LoneFailures {

  /** The number of failures after which an image is refused. */
  static final int MOST = 5;

  private static final int MOST_IMAGES = 1_000;

  private record Failures(int count, long successes) {}

  /** The failures of each image, oldest first. */
  private final Map<String, Failures> failures =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
          return size() > MOST_IMAGES;
        }
      };

  private long successes;

  /** Notes that an image was fetched, or that its origin works but refused it. */
  void succeeded(String uri) {
    successes++;
    failures.remove(uri);
  }

  /**
   * Notes that the fetch of an image has failed.
   *
   * @param uri the image
   * @return whether this image has failed {@value #MOST} times while others were fetched
   */
  boolean isAlone(String uri) {
    Failures before = failures.remove(uri);
    int count =
        before == null ? 1 : before.successes() < successes ? before.count() + 1 : before.count();
    failures.put(uri, new Failures(count, successes));
    return count >= MOST;
  }

  /** {@return whether every image whose fetch has failed was fetched later} */
  boolean isEmpty() {
    return failures.isEmpty();
  }
}
