package dev.millrace.streams;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * When the answers of a stream thread leave: in bursts while records keep coming, at once when none
 * do. One answer at a time would make a request to the broker for each.
 *
 * <p>The thread's consumer notes what it finds, and the thread's processors ask for the burst that
 * they are in. Confined to that thread.
 */
final class BurstPace {

  /** How busy the thread is, and how long a burst of answers lasts then. */
  private enum Load {
    /** No record has come, so that answers have nothing to wait for. */
    IDLE(0),
    /** Records keep coming. */
    STEADY(5),
    /**
     * A record that comes now waits for longer than the burst, as it does for producers' linger.
     */
    BACKLOG(100);

    private final long burstNanos;

    Load(long burstMillis) {
      burstNanos = TimeUnit.MILLISECONDS.toNanos(burstMillis);
    }
  }

  /**
   * Bytes of images whose answers may wait for a burst. An image is kept until its answer leaves,
   * since a processor after ours may have to dead-letter the record. Tens of megabytes would make
   * the heap grow, which costs more than requests do.
   */
  static final long MOST_WAITING_BYTES = 4 << 20;

  /** How many of the last records tell how long one takes. */
  private static final double RECENT_RECORDS = 256;

  private final LongSupplier nanoTime;
  private Load load = Load.IDLE;
  private long burstStart;
  private long burst;
  private long waitingBytes;

  /** How many records the consumer found last, and how many the broker had left of them. */
  private int taken;

  private long lag;

  /** When the consumer returned last. */
  private long returned;

  /** The longest time without a poll since the consumer last found records. */
  private long busyNanos;

  /** How long the last records took; a few of them may have had to wait for many others. */
  private double recentNanos;

  private double recentRecords;

  /**
   * A pace without load.
   *
   * @param nanoTime the clock, as {@link System#nanoTime}
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
   * Notes what the thread's consumer found. Kafka Streams polls once it has processed the records
   * it took. So the time until then says how long a record that comes now has to wait.
   *
   * @param records how many it found
   * @param lag how many more the broker has in the partitions of these
   */
  void polled(int records, long lag) {
    long now = nanoTime.getAsLong();
    if (records == 0) {
      load = Load.IDLE;
    } else {
      if (this.lag > 0) {
        noteBusyUntil(now); // there was more, so that the thread was not idle while it polled
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
   * How long the consumer may wait for records that the broker is known to have: until the burst is
   * over, since no answer leaves before.
   *
   * @return nanoseconds; zero if the broker may have none
   */
  long nanosForMore() {
    return lag == 0 ? 0 : Math.max(0, load.burstNanos - (nanoTime.getAsLong() - burstStart));
  }

  /**
   * The number of the burst that answers should leave with, the same for all of the thread's tasks.
   * While records keep coming, a burst begins every five milliseconds, with a backlog every
   * hundred. Without more records each call begins one, and so does a call after {@link
   * #MOST_WAITING_BYTES} of images have come to wait.
   */
  long burst() {
    long now = nanoTime.getAsLong();
    return now - burstStart >= load.burstNanos || waitingBytes >= MOST_WAITING_BYTES
        ? beginBurst(now)
        : burst;
  }

  /** Notes the bytes of images that are kept until the burst is over. */
  void waiting(long bytes) {
    waitingBytes += bytes;
  }

  /** Begins a burst: when one task has to forward its answers, the others do so, too. */
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
