package dev.millrace.streams.control;

import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport;
import java.time.Duration;
import java.util.List;

/**
 * Delivers orders to a follower, and publishes its reports. Not thread-safe, except that any thread
 * may call {@link #wakeup}.
 */
interface ControlChannel extends AutoCloseable {

  /** {@return whether the control topic exists} */
  boolean isThere();

  /**
   * Waits for orders. To be called only after {@link #isThere} has returned true.
   *
   * @param patience the longest time to wait
   * @return the champions named since the last call, oldest first; may be empty
   * @throws org.apache.kafka.common.errors.WakeupException after {@link #wakeup}
   */
  List<Champion> poll(Duration patience);

  /** Sends a report without waiting for its delivery. */
  void publish(SwapReport report);

  /** Interrupts the current {@link #poll}, or the next one. */
  void wakeup();

  @Override
  void close();
}
