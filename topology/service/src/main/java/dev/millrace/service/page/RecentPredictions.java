package dev.millrace.service.page;

import dev.millrace.events.Prediction;
import dev.millrace.service.serve.PredictionListener;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The predictions of the last seconds: their number, their latencies, and the last of them as
 * cards. Keeps a bounded number of latencies and cards. Thread-safe.
 */
final class RecentPredictions implements PredictionListener {

  /** Number of cards to keep. */
  static final int CARDS = 24;

  /**
   * Largest number of new cards per second. The number is limited because each new card makes a
   * browser request a thumbnail.
   */
  private static final double CARDS_PER_SECOND = 6;

  /** Largest number of cards that may be added at once. */
  private static final double BURST = 12;

  private static final int LATENCIES = 4_096;
  private static final long LATENCY_NANOS = 10_000_000_000L;

  /**
   * A prediction to show.
   *
   * @param number number of predictions before this prediction, and the name of its thumbnail
   * @param prediction the prediction
   */
  record Card(long number, Prediction prediction) {}

  /**
   * Percentiles of the time from an image's timestamp to its prediction, in ms.
   *
   * @param count number of predictions that the percentiles are computed from
   */
  record Latency(int count, long p50, long p95, long p99) {}

  private final LongSupplier nanoTime;
  private final LongSupplier millis;

  /** The last predictions, the newest last. */
  private final Deque<Card> last = new ArrayDeque<>();

  /** The last predictions that have become cards, the newest first. */
  private List<Card> cards = List.of();

  private final long[] times = new long[LATENCIES];
  private final long[] latencies = new long[LATENCIES];
  private long seen;
  private double allowance = BURST;
  private long lastCards;

  /**
   * @param nanoTime the clock for durations, in ns
   * @param millis the clock for timestamps, in ms since 1970
   */
  RecentPredictions(LongSupplier nanoTime, LongSupplier millis) {
    this.nanoTime = nanoTime;
    this.millis = millis;
    this.lastCards = nanoTime.getAsLong();
  }

  @Override
  public synchronized void predicted(Prediction prediction, long timestamp) {
    long now = nanoTime.getAsLong();
    int slot = (int) (seen % LATENCIES);
    times[slot] = now;
    latencies[slot] = Math.max(0, millis.getAsLong() - timestamp);
    last.addLast(new Card(seen, prediction));
    if (last.size() > CARDS) {
      last.removeFirst();
    }
    seen++;
  }

  /** Returns the number of predictions so far. */
  synchronized long seen() {
    return seen;
  }

  /**
   * Returns the cards, the newest first. If predictions arrive faster than new cards may be added,
   * only the newest predictions become cards. When predictions arrive more slowly again, the
   * skipped predictions among the last {@value #CARDS} predictions become cards, too.
   */
  synchronized List<Card> cards() {
    long now = nanoTime.getAsLong();
    allowance = Math.min(BURST, allowance + CARDS_PER_SECOND * (now - lastCards) / 1e9);
    lastCards = now;
    List<Card> next = new ArrayList<>(cards);
    for (Iterator<Card> newest = last.descendingIterator(); newest.hasNext() && allowance >= 1; ) {
      Card card = newest.next();
      if (!next.contains(card)) {
        next.add(card);
        allowance--;
      }
    }
    next.sort(Comparator.comparingLong(Card::number).reversed());
    cards = List.copyOf(next.subList(0, Math.min(CARDS, next.size())));
    return cards;
  }

  /** Returns the card with a number; empty if there is no card with this number any more. */
  synchronized Optional<Card> card(long number) {
    return cards.stream().filter(card -> card.number() == number).findFirst();
  }

  /** Returns the latencies of the last 10 s, or null without a prediction. */
  synchronized Latency latency() {
    long now = nanoTime.getAsLong();
    int kept = (int) Math.min(seen, LATENCIES);
    long[] recent = new long[kept];
    int count = 0;
    for (int i = 0; i < kept; i++) {
      if (now - times[i] <= LATENCY_NANOS) {
        recent[count++] = latencies[i];
      }
    }
    if (count == 0) {
      return null;
    }
    Arrays.sort(recent, 0, count);
    return new Latency(
        count,
        percentile(recent, count, 0.5),
        percentile(recent, count, 0.95),
        percentile(recent, count, 0.99));
  }

  /** Returns the smallest value that this share of the values does not exceed. */
  private static long percentile(long[] sorted, int count, double share) {
    return sorted[(int) Math.ceil(share * count) - 1];
  }
}
