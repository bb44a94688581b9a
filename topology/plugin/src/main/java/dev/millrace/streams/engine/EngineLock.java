package dev.millrace.streams.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The only lock of an engine. This class also knows whether the engine has stopped, because a stop
 * ends every wait under the lock.
 *
 * <p>The lock guards the place of each image and of each batch:
 *
 * <ul>
 *   <li>the open, free and closed batches ({@link BatchQueue}), and the state of every {@link
 *       Batch} and its slots, except for the pixels;
 *   <li>the running batches and the number of waiting commits ({@link RunQueue});
 *   <li>every change of the serving version ({@link ServingVersion}), and of the hint of {@link
 *       Admission} that there is no room;
 *   <li>whether the engine has stopped.
 * </ul>
 *
 * <p>No thread holds the lock while it decodes, runs a batch, or loads or closes a session. No
 * thread takes the lock of the {@link DecodePool} while it holds this lock.
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

  /** Creates a condition of the lock. {@link #stop} also signals this condition. */
  Condition newCondition() {
    Condition condition = lock.newCondition();
    conditions.add(condition);
    return condition;
  }

  /**
   * Stops the engine and wakes every waiting thread. Only the first cause is kept. The caller must
   * hold the lock.
   */
  void stop(Throwable cause) {
    if (stopped == null) {
      stopped = cause;
    }
    conditions.forEach(Condition::signalAll);
  }

  /** {@return whether the engine has stopped} The caller must hold the lock. */
  boolean hasStopped() {
    return stopped != null;
  }

  /**
   * Requires that the engine runs. The caller must hold the lock.
   *
   * @throws EngineStalledException if the engine has stopped; its cause is the cause of the stop
   */
  void requireRunning() {
    if (stopped != null) {
      throw new EngineStalledException(
          "the inference engine has stopped: " + stopped.getMessage(), stopped);
    }
  }
}
