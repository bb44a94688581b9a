package dev.millrace.streams;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Decides when the answers of a stream thread leave: in bursts while records keep coming, and at
 * once otherwise. Forwarding one answer at a time would make a request to the broker for each.
 *
 * <p>The thread's consumer notes what it finds. The thread's processors ask for the current burst.
 * Confined to that thread.
 */
final class BurstPace {

  /** How busy the thread is, and how long a burst lasts then, in ms. */
  private enum Load {
    /** No record came, so answers have nothing to wait for. */
    IDLE(0),
    /** Records keep arriving. */
    STEADY(5),
    /** A new record waits for 100 ms or longer, so answers may wait as long. */
    BACKLOG(100);

    private final long burstNanos;

    Load(long burstMillis) {
      burstNanos = TimeUnit.MILLISECONDS.toNanos(burstMillis);
    }
  }

  /**
   * Bytes of images whose answers may wait for a burst. An image is kept until its answer leaves,
   * because a later processor may have to dead-letter the record. Tens of megabytes would make the
   * heap grow, which costs more than requests do.
   */
  static final long MOST_WAITING_BYTES = 4 << 20;

  /** Number of recent records from which the time for one record is estimated. */
  private static final double RECENT_RECORDS = 256;

  private final LongSupplier nanoTime;
  private Load load = Load.IDLE;
  private long burstStart;
  private long burst;
  private long waitingBytes;

  /** Number of records that the consumer found last. */
  private int taken;

  /** Number of records that the broker still had in their partitions. */
  private long lag;

  /** Time at which the consumer returned last. */
  private long returned;

  /** Longest time between two polls since the consumer last found records. */
  private long busyNanos;

  /** Time that the recent records took together. One alone may have waited for many others. */
  private double recentNanos;

  /** Number of the recent records. */
  private double recentRecords;

  /**
   * Creates the pace of an idle thread.
   *
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  BurstPace(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    burstStart = nanoTime.getAsLong();
    returned = burstStart;
  }

  /** Notes that the thread's consumer begins to poll. */
  void polling() {
    noteBusyUntil(nanoTime.getAsLong());
  }

  /**
   * Notes what the thread's consumer found. Kafka Streams polls again once it has processed these
   * records. So the time until the next poll shows how long a new record has to wait.
   *
   * @param records number of records found
   * @param lag number of records that the broker still has of their partitions
   */
  void polled(int records, long lag) {
    long now = nanoTime.getAsLong();
    if (records == 0) {
      load = Load.IDLE;
    } else {
      if (this.lag > 0) {
        noteBusyUntil(now); // the broker had more, so the thread was not idle during the poll
      }
      learn();
      double wait = recentRecords == 0 ? 0 : recentNanos / recentRecords * (records + lag);
      load = wait >= Load.BACKLOG.burstNanos ? Load.BACKLOG : Load.STEADY;
      taken = records;
      busyNanos = 0;
    }
    this.lag = lag;
    returned = now;
  }

  private void noteBusyUntil(long now) {
    busyNanos = Math.max(busyNanos, now - returned);
  }

  private void learn() {
    if (taken > 0) {
      double kept = Math.max(0, 1 - taken / RECENT_RECORDS);
      recentNanos = kept * recentNanos + busyNanos;
      recentRecords = kept * recentRecords + taken;
    }
  }

  /**
   * Returns how long the consumer may wait for records that the broker is known to have: until the
   * burst ends, because no answer leaves before.
   *
   * @return nanoseconds; 0 if the broker is not known to have any
   */
  long nanosForMore() {
    return lag == 0 ? 0 : Math.max(0, load.burstNanos - (nanoTime.getAsLong() - burstStart));
  }

  /**
   * Returns the number of the current burst, for all tasks of the thread. A task forwards its
   * answers when this number has changed. While records keep coming, a burst begins every 5 ms, and
   * under a backlog every 100 ms. Without records, each call begins a burst. So does a call once
   * {@link #MOST_WAITING_BYTES} of images wait.
   */
  long burst() {
    long now = nanoTime.getAsLong();
    return now - burstStart >= load.burstNanos || waitingBytes >= MOST_WAITING_BYTES
        ? beginBurst(now)
        : burst;
  }

  /** Adds to the bytes of images that wait for the end of the burst. */
  void waiting(long bytes) {
    waitingBytes += bytes;
  }

  /**
   * Begins a burst because one task has to forward its answers, so that the other tasks forward
   * theirs, too.
   */
  long nextBurst() {
    return beginBurst(nanoTime.getAsLong());
  }

  private long beginBurst(long now) {
    burstStart = now;
    waitingBytes = 0;
    burst++;
    return burst;
  }
}
