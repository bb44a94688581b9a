package dev.millrace.streams.clients;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Decides when a stream thread forwards its answers: in bursts while records keep arriving, and at
 * once otherwise. If answers were forwarded one at a time, each answer would need its own request
 * to the broker.
 *
 * <p>The thread's consumer reports the number of records that each poll returns. The thread's
 * processors ask for the sequence number of the current burst. Confined to the stream thread.
 */
public final class BurstPace {

  /** How busy the thread is. The argument of each value is the time between two bursts, in ms. */
  private enum Load {
    /** The last poll returned no record, so answers are forwarded at once. */
    IDLE(0),
    /** Records keep arriving. */
    STEADY(5),
    /**
     * The thread is so far behind that a new record waits for 100 ms or longer before it is
     * processed. So answers may wait for 100 ms as well.
     */
    BACKLOG(100);

    private final long burstNanos;

    Load(long burstMillis) {
      burstNanos = TimeUnit.MILLISECONDS.toNanos(burstMillis);
    }
  }

  /**
   * Largest total size of the images whose answers wait for a burst, in bytes. An image is kept
   * until its answer is forwarded, because a later processor may have to dead-letter the record.
   * Tens of megabytes of images would make the heap grow, which costs more than additional
   * requests.
   */
  static final long MOST_WAITING_BYTES = 4 << 20;

  /** Time, in ns, in which the thread should be able to process the records of one poll. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** Number of recent records from which the time for one record is estimated. */
  private static final double RECENT_RECORDS = 256;

  private final LongSupplier nanoTime;
  private Load load = Load.IDLE;
  private long burstStart;
  private long burst;
  private long waitingBytes;

  /** Number of records in the last poll that returned any records. */
  private int taken;

  /** Number of records that the broker still had in the partitions of the last poll's records. */
  private long lag;

  /** Time at which the last poll returned, in ns on the clock. */
  private long returned;

  /** Longest time between two polls, in ns, since the last poll that returned any records. */
  private long busyNanos;

  /**
   * Total processing time of the recent records, in ns. The time of a single record is not enough
   * for an estimate, because a single record may have waited for many others.
   */
  private double recentNanos;

  /** Number of records that were processed in {@link #recentNanos}. */
  private double recentRecords;

  /**
   * Creates the pace of a thread that has no records yet.
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
   * Notes the result of a poll. Kafka Streams polls again once it has processed these records. So
   * the time until the next poll shows how long a new record has to wait.
   *
   * @param records number of records that the poll returned
   * @param lag number of records that the broker still has in the partitions of these records
   */
  public void polled(int records, long lag) {
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

  /**
   * Returns the largest number of records that a poll should return: as many as the thread can
   * process in 0.2 s, but at least 1. There is no limit while the time for one record is not known.
   * If the records of the last poll were slower than those before, the estimate includes them at
   * once. Otherwise a thread would not know how slow its very first records were, and the group
   * could remove it twice.
   */
  public int mostRecords() {
    double recent = recentRecords == 0 ? 0 : recentNanos / recentRecords;
    double withLast =
        taken == 0 ? 0 : (kept() * recentNanos + busyNanos) / (kept() * recentRecords + taken);
    double nanos = Math.max(recent, withLast);
    return nanos == 0
        ? Integer.MAX_VALUE
        : (int) Math.min(Integer.MAX_VALUE, 1 + POLL_NANOS / nanos);
  }

  private void noteBusyUntil(long now) {
    busyNanos = Math.max(busyNanos, now - returned);
  }

  private void learn() {
    if (taken > 0) {
      recentNanos = kept() * recentNanos + busyNanos;
      recentRecords = kept() * recentRecords + taken;
    }
  }

  /** Returns the weight of the records that were processed before the last poll's records. */
  private double kept() {
    return Math.max(0, 1 - taken / RECENT_RECORDS);
  }

  /**
   * Returns how long the consumer may wait for records that the broker is known to have. The
   * consumer may wait until the burst ends, because the thread forwards no answer before the burst
   * ends.
   *
   * @return the time, in ns; 0 if the broker is not known to have more records
   */
  long nanosForMore() {
    return lag == 0 ? 0 : Math.max(0, load.burstNanos - (nanoTime.getAsLong() - burstStart));
  }

  /**
   * Returns the sequence number of the current burst, which all tasks of the thread share. A task
   * forwards its answers when this number has changed. While records keep arriving, a new burst
   * begins every 5 ms, or every 100 ms under a backlog. A new burst begins at once if the last poll
   * returned no records. It also begins at once if the images whose answers wait have reached a
   * total of {@link #MOST_WAITING_BYTES}.
   */
  public long burst() {
    long now = nanoTime.getAsLong();
    return now - burstStart >= load.burstNanos || waitingBytes >= MOST_WAITING_BYTES
        ? beginBurst(now)
        : burst;
  }

  /** Adds {@code bytes} to the total size of the images whose answers wait for the next burst. */
  public void waiting(long bytes) {
    waitingBytes += bytes;
  }

  /**
   * Begins a burst early, because the calling task has to forward its answers now. The thread's
   * other tasks then forward their answers, too. Returns the sequence number of the new burst.
   */
  public long nextBurst() {
    return beginBurst(nanoTime.getAsLong());
  }

  private long beginBurst(long now) {
    burstStart = now;
    waitingBytes = 0;
    burst++;
    return burst;
  }
}
