package dev.millrace.streams.fetch;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds images that an origin fails to give although it gives others, for example because one page
 * answers with an error each time. Such an image would otherwise stop its partition for ever.
 *
 * <p>A failure counts if another image was fetched since this image failed last. While it is away,
 * no image is fetched, so nothing counts. Not thread-safe.
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

  /** Notes that an image was fetched, or refused by an origin that works. */
  void succeeded(String uri) {
    successes++;
    failures.remove(uri);
  }

  /**
   * Notes that an image was not fetched.
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

  /** {@return whether no image has failed since it was fetched last} */
  boolean isEmpty() {
    return failures.isEmpty();
  }
}
