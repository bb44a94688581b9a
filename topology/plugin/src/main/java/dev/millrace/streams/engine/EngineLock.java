package dev.millrace.streams.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one lock of an engine, with the stop that ends every wait under it.
 *
 * <p>It guards where each image and each batch is:
 *
 * <ul>
 *   <li>the open, free and closed batches ({@link BatchQueue}), and the state of every {@link
 *       Batch} and its slots, except for the pixels;
 *   <li>the running batches and the number of waiting commits ({@link RunQueue});
 *   <li>every change of the serving version ({@link ServingVersion}) and of the hint that there is
 *       no room ({@link Admission});
 *   <li>whether the engine has stopped.
 * </ul>
 *
 * <p>Decoding, running, loading and closing a session happen outside of it. No thread takes the
 * lock of the {@link DecodePool} under it.
 */
final class EngineLock {

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Condition> conditions = new ArrayList<>();
  private Throwable stopped;

  void lock() {
    lock.lock();
  }

  void unlock() {
    lock.unlock();
  }

  /** Creates a condition for threads to wait for under the lock. {@link #stop} signals it, too. */
  Condition newCondition() {
    Condition condition = lock.newCondition();
    conditions.add(condition);
    return condition;
  }

  /**
   * Stops the engine and wakes every waiting thread. Only the first cause is kept. Needs the lock.
   */
  void stop(Throwable cause) {
    if (stopped == null) {
      stopped = cause;
    }
    conditions.forEach(Condition::signalAll);
  }

  /** {@return whether the engine has stopped} Needs the lock. */
  boolean hasStopped() {
    return stopped != null;
  }

  /**
   * Returns if the engine runs. Needs the lock.
   *
   * @throws EngineStalledException if the engine has stopped, with the cause
   */
  void requireRunning() {
    if (stopped != null) {
      throw new EngineStalledException(
          "the inference engine has stopped: " + stopped.getMessage(), stopped);
    }
  }
}
