package dev.millrace.service.http;

import dev.millrace.service.http.infer.RefusedRequestException;
import java.util.concurrent.Semaphore;

/**
 * Limits the memory that the bodies of all concurrent requests take together. This also limits the
 * number of concurrent requests. Thread-safe.
 */
final class BodyMemory {

  /** A request with a smaller body counts as this number of bytes. */
  private static final int LEAST_BYTES = 256 << 10;

  private final Semaphore bytes;

  /**
   * @param most the largest number of bytes that all bodies have together
   */
  BodyMemory(int most) {
    this.bytes = new Semaphore(most);
  }

  /** The memory that one body takes. Closing the share frees the memory. */
  @FunctionalInterface
  interface Share extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes the memory for a body.
   *
   * @param length the length of the body, in bytes
   * @return the share of the memory; the caller closes it
   * @throws RefusedRequestException if the other bodies have left too little memory
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
