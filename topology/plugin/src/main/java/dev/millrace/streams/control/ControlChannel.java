package dev.millrace.streams.control;

import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport;
import java.time.Duration;
import java.util.List;

/**
 * Where a follower's orders come from, and where its reports go. Used by one thread; any may {@link
 * #wakeup}.
 */
interface ControlChannel extends AutoCloseable {

  /** True once there is a topic that orders can come from. */
  boolean isThere();

  /**
   * The champions named since the last call, oldest first. To be called once {@link #isThere}.
   *
   * @param patience how long to wait for one
   * @throws org.apache.kafka.common.errors.WakeupException after {@link #wakeup}
   */
  List<Champion> poll(Duration patience);

  /** Sends a report, and does not wait for its delivery. */
  void publish(SwapReport report);

  /** Ends a {@link #poll} that waits, or the next one. */
  void wakeup();

  @Override
  void close();
}
