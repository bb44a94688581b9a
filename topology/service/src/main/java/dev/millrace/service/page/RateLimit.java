package dev.millrace.service.page;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Allows each caller a number of events per minute. Remembers only the latest callers. Thread-safe.
 */
final class RateLimit {

  private static final int CALLERS = 1_000;
  private static final double MINUTE_NANOS = 60e9;

  private record Bucket(double left, long time) {}

  private final int perMinute;
  private final LongSupplier nanoTime;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > CALLERS;
        }
      };

  /**
   * @param perMinute number of events per minute; all of them may come at once
   * @param nanoTime the clock, in ns
   */
  RateLimit(int perMinute, LongSupplier nanoTime) {
    this.perMinute = perMinute;
    this.nanoTime = nanoTime;
  }

  /** Returns whether a caller has no event left. */
  synchronized boolean isUsedUp(String caller) {
    return bucket(caller).left() < 1;
  }

  /** Uses one event of a caller, and returns true; returns false if the caller has none left. */
  synchronized boolean use(String caller) {
    Bucket bucket = bucket(caller);
    boolean allowed = bucket.left() >= 1;
    buckets.put(caller, allowed ? new Bucket(bucket.left() - 1, bucket.time()) : bucket);
    return allowed;
  }

  private Bucket bucket(String caller) {
    long now = nanoTime.getAsLong();
    Bucket before = buckets.get(caller);
    return before == null
        ? new Bucket(perMinute, now)
        : new Bucket(
            Math.min(perMinute, before.left() + perMinute * (now - before.time()) / MINUTE_NANOS),
            now);
  }
}
