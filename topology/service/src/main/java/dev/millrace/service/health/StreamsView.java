package dev.millrace.service.health;

import java.time.Duration;
import java.util.Collection;

/** A running Kafka Streams client's state, as seen from another thread. */
interface StreamsView {

  /**
   * True while the client runs, also during a rebalance; false before it has started, and once it
   * ends.
   */
  boolean isAtWork();

  /** True if all stream threads that there should be are at work, and none rebalances. */
  boolean isWhole();

  /** What the tasks of the present threads report of their partitions. */
  Collection<PartitionProgress.Sample> partitions();

  /** How long ago the stream thread that has been silent the longest asked for records. */
  Duration longestSilence();
}
