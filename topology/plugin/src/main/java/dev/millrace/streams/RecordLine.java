package dev.millrace.streams;

import dev.millrace.events.ImageReference;
import dev.millrace.streams.engine.Classification;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The records of one task whose answers were not forwarded yet, in the order in which they arrived.
 * Answers complete in any order, but are forwarded in the order of their records.
 *
 * <p>Records with an answer move to a second queue, in which they wait for the next burst (see
 * {@link dev.millrace.streams.clients.BurstPace}). There they do not count towards the records in
 * flight.
 *
 * <p>Confined to its task's stream thread.
 */
final class RecordLine<K, V> {

  /** Records in flight. Some of their answers may be complete already. */
  private final Queue<PendingRecord<K, V>> inFlight = new ArrayDeque<>();

  /** Records with an answer, all of them older than the records in flight. */
  private final Queue<PendingRecord<K, V>> answered = new ArrayDeque<>();

  /** Adds the newest record. */
  void add(PendingRecord<K, V> record) {
    inFlight.add(record);
  }

  /**
   * Moves the oldest records in flight to the queue of answered records, up to the first record
   * without an answer.
   *
   * @return total size of the moved images, in bytes
   */
  long setAnsweredAside() {
    long bytes = 0;
    while (!inFlight.isEmpty() && inFlight.element().answer().isDone()) {
      PendingRecord<K, V> record = inFlight.remove();
      answered.add(record);
      bytes += record.bytes();
    }
    return bytes;
  }

  /** Removes and returns the oldest answered record, or null if there is none. */
  PendingRecord<K, V> pollAnswered() {
    return answered.poll();
  }

  /**
   * Waits until the oldest record in flight has its answer, which may be a failure. Returns at once
   * if no record is in flight.
   *
   * @throws TimeoutException if the answer takes longer than {@code nanos}
   */
  void awaitOldest(long nanos) throws InterruptedException, TimeoutException {
    PendingRecord<K, V> oldest = inFlight.peek();
    if (oldest == null) {
      return;
    }
    try {
      oldest.answer().get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      // AnswerForwarder handles the failure when it forwards this record's answer.
    }
  }

  /** {@return the answer to forward next, complete or not; null if the line is empty} */
  CompletableFuture<Classification> next() {
    PendingRecord<K, V> oldest = answered.isEmpty() ? inFlight.peek() : answered.element();
    return oldest == null ? null : oldest.answer();
  }

  /** {@return the number of records in flight} */
  int inFlight() {
    return inFlight.size();
  }

  /** {@return the number of answered records} */
  int answered() {
    return answered.size();
  }

  /** {@return the number of records in flight and answered records together} */
  int size() {
    return answered.size() + inFlight.size();
  }

  /** {@return the image of the oldest record in flight, if it was not fetched yet; else null} */
  ImageReference fetching() {
    PendingRecord<K, V> oldest = inFlight.peek();
    return oldest == null || !oldest.isFetching() ? null : oldest.fetch().reference();
  }

  /** Removes every record, and cancels the fetches that have not begun. */
  void clear() {
    answered.forEach(PendingRecord::cancel);
    answered.clear();
    inFlight.forEach(PendingRecord::cancel);
    inFlight.clear();
  }
}
