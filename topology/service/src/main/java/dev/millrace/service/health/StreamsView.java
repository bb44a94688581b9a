package dev.millrace.service.health;

import java.time.Duration;
import java.util.Collection;

/** The state of a Kafka Streams client. Any thread may read it. */
interface StreamsView {

  /**
   * Returns whether the client runs. A client that rebalances also runs. Returns false before the
   * client has started, and after it has ended.
   */
  boolean isAtWork();

  /** Returns whether all expected stream threads run, and no thread rebalances. */
  boolean isWhole();

  /** Returns the offsets of the partitions, as the tasks of the current threads report them. */
  Collection<PartitionProgress.Sample> partitions();

  /** Returns the longest time since the last poll, over all stream threads. */
  Duration longestSilence();
}
