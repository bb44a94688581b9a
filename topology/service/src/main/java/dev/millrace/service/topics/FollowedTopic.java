package dev.millrace.service.topics;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/**
 * Reads a topic on a thread of its own: its newest records, and then the records that follow. The
 * thread retries while the topic does not exist, or while the broker or the schema registry does
 * not answer. Thread-safe.
 */
public final class FollowedTopic implements AutoCloseable {

  private static final long ROUND_MS = 500;
  private static final int ROUNDS_BETWEEN_LOOKS = 10;
  private static final long CLOSE_SECONDS = 6;

  private final Map<String, Object> kafka;
  private final String name;
  private final String topic;
  private final TopicTail.Wanted wanted;
  private final Consumer<String> troubles;
  private final ScheduledThreadPoolExecutor thread;
  private int rounds;
  private String trouble;
  private volatile TopicTail tail;

  /**
   * Creates a reader that opens no client before {@link #start}.
   *
   * @param kafka configuration of a consumer
   * @param name name of the thread, and client id of the consumer
   * @param topic the topic
   * @param wanted the number of records to begin with, and their reader, which the thread calls
   * @param troubles receives the reason if the topic cannot be read, on the thread. A reason is not
   *     repeated before another reason or a success
   */
  public FollowedTopic(
      Map<String, Object> kafka,
      String name,
      String topic,
      TopicTail.Wanted wanted,
      Consumer<String> troubles) {
    this.kafka = kafka;
    this.name = name;
    this.topic = topic;
    this.wanted = wanted;
    this.troubles = troubles;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, name);
              made.setDaemon(true);
              return made;
            });
  }

  /**
   * Starts to read.
   *
   * @param each called twice a second, on the thread
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the task ends with the executor
  public void start(Runnable each) {
    thread.scheduleWithFixedDelay(() -> round(each), 0, ROUND_MS, TimeUnit.MILLISECONDS);
  }

  private void round(Runnable each) {
    String found = null;
    try {
      if (tail == null) {
        tail = new TopicTail(kafka, name, Map.of(topic, wanted));
      }
      if (rounds++ % ROUNDS_BETWEEN_LOOKS == 0) {
        tail.look();
      }
      tail.poll();
      each.run();
      if (tail.isDenied(topic)) {
        throw new TopicAuthorizationException("the service's user has no right to read it (Read)");
      }
    } catch (InterruptException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (RuntimeException e) { // a later round may succeed
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
      found = e.getMessage() == null ? e.toString() : e.getMessage();
    }
    if (found != null && !Objects.equals(found, trouble)) {
      troubles.accept(found);
    }
    trouble = found;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      boolean unused = thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (tail != null) {
      tail.close();
    }
  }
}
