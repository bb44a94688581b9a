package dev.millrace.service.health;

import java.time.Duration;
import java.util.Collection;

/** What can be seen of a running Kafka Streams client from beside it. */
interface StreamsView {

  /** True once it runs, also with a rebalance under way; false before, and when it ends. */
  boolean isAtWork();

  /** True if every stream thread that there should be is at work, and none rebalances. */
  boolean isWhole();

  /** What the tasks of the threads that are there say of their partitions. */
  Collection<PartitionProgress.Sample> partitions();

  /** How long ago the stream thread that is silent for longest asked for records. */
  Duration longestSilence();
}
