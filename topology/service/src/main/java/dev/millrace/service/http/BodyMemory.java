package dev.millrace.service.http;

import dev.millrace.service.http.infer.RefusedRequestException;
import java.util.concurrent.Semaphore;

/**
 * Limits the memory for the bodies of all requests at the same time. This also limits the number of
 * these requests. Thread-safe.
 */
final class BodyMemory {

  /** Smallest number of bytes to count for a request. */
  private static final int LEAST_BYTES = 256 << 10;

  private final Semaphore bytes;

  /**
   * @param most the largest number of bytes that all bodies have together
   */
  BodyMemory(int most) {
    this.bytes = new Semaphore(most);
  }

  /** The memory of a body, until it is closed. */
  @FunctionalInterface
  interface Share extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes the memory for a body.
   *
   * @param length the length of the body, in bytes
   * @return the memory; the caller closes it
   * @throws RefusedRequestException if other bodies have taken too much
   */
  Share take(int length) {
    int share = Math.max(length, LEAST_BYTES);
    if (!bytes.tryAcquire(share)) {
      throw new RefusedRequestException(
          429, "too many requests are being answered; try again later");
    }
    return () -> bytes.release(share);
  }
}
