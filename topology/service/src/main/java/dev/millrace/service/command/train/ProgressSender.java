package dev.millrace.service.command.train;

import dev.millrace.control.ControlTopic;
import dev.millrace.control.StatusTopic;
import dev.millrace.control.TrainerReport;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;

/**
 * Sends the reports of a training to the status topic. The sender has a thread of its own, so that
 * an unreachable broker does not slow down the training. If a report cannot be delivered, the
 * sender warns at once. The next warning follows after 10 minutes at the earliest. If more than 100
 * reports wait to be sent, the sender drops the oldest report.
 */
final class ProgressSender implements Consumer<TrainerReport>, AutoCloseable {

  private static final int MOST_WAITING = 100;
  private static final long CLOSE_MS = 2_000;
  private static final long QUIET_MINUTES = 10;

  private final Supplier<StatusTopic> topic;
  private final Consumer<String> warnings;
  private final LongSupplier nanoTime;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          task -> {
            Thread made = new Thread(task, "millrace-progress");
            made.setDaemon(true);
            return made;
          },
          new ThreadPoolExecutor.DiscardOldestPolicy());

  private volatile StatusTopic opened;
  private Long warnedAt;

  /**
   * @param topic opens the status topic, on the sender's thread; {@link #close} closes it
   * @param warnings receives the warnings, on any thread
   * @param nanoTime the clock, in ns, for example {@link System#nanoTime}
   */
  ProgressSender(Supplier<StatusTopic> topic, Consumer<String> warnings, LongSupplier nanoTime) {
    this.topic = topic;
    this.warnings = warnings;
    this.nanoTime = nanoTime;
  }

  /** Queues a report, which the sender's thread sends later. Never blocks. */
  @Override
  public void accept(TrainerReport report) {
    thread.execute(() -> send(report));
  }

  private void send(TrainerReport report) {
    try {
      if (opened == null) {
        opened = topic.get();
      }
      opened.publish(report, this::warn);
    } catch (KafkaException e) { // the brokers' names are unknown at the moment
      warn(e);
    }
  }

  private synchronized void warn(Exception failure) {
    long now = nanoTime.getAsLong();
    if (warnedAt == null || now - warnedAt >= TimeUnit.MINUTES.toNanos(QUIET_MINUTES)) {
      warnedAt = now;
      warnings.accept(
          "The progress cannot be reported to "
              + ControlTopic.STATUS
              + ", and the training continues: "
              + failure.getMessage());
    }
  }

  /** Waits up to 2 s until the queued reports are sent, and up to 2 s until they are delivered. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
    if (opened != null) {
      opened.close();
    }
  }
}
