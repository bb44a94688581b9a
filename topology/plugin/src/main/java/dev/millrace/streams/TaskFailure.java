package dev.millrace.streams;

import org.apache.kafka.streams.errors.StreamsException;

/**
 * Remembers that a task has failed, so that a commit does not wait again for answers that will not
 * come. Confined to its task's stream thread.
 */
final class TaskFailure {

  private Throwable last;

  /** Remembers a failure. Returns it, for the caller to throw. */
  <E extends Throwable> E remember(E failure) {
    last = failure;
    return failure;
  }

  /**
   * Does nothing in a task that has not failed.
   *
   * @throws StreamsException if it has, with the failure as its cause
   */
  void throwIfFailed() {
    if (last != null) {
      throw new StreamsException("inference has failed before", last);
    }
  }

  /** Forgets the failure: the task begins anew. */
  void forget() {
    last = null;
  }
}
