package dev.millrace.streams;

import org.apache.kafka.streams.errors.StreamsException;

/**
 * Remembers that a task has failed, so that a later commit does not wait for answers that will
 * never complete. Confined to its task's stream thread.
 */
final class TaskFailure {

  private Throwable last;

  /** Remembers a failure, and returns it for the caller to throw. */
  <E extends Throwable> E remember(E failure) {
    last = failure;
    return failure;
  }

  /**
   * Returns if the task has not failed.
   *
   * @throws StreamsException if the task has failed; the failure is the cause
   */
  void throwIfFailed() {
    if (last != null) {
      throw new StreamsException("inference has failed before", last);
    }
  }

  /** Forgets the failure, because the task starts again. */
  void forget() {
    last = null;
  }
}
