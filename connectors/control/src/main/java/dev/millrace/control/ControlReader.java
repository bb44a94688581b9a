package dev.millrace.control;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the control topic for one model: first to its end, then each new record. Logs and skips a
 * record whose value is invalid. One thread uses the reader; any thread may call {@link #wakeup}.
 */
public final class ControlReader implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ControlReader.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Consumer<byte[], byte[]> consumer;
  private final String model;
  private final LongSupplier nanoTime;

  /**
   * Creates a reader.
   *
   * @param kafka configuration of a Kafka consumer; the keys of {@link GrouplessConsumer#KEYS} are
   *     overridden
   * @param model the model's name
   */
  public ControlReader(Map<String, ?> kafka, String model) {
    this(kafka, model, KafkaClients.REAL, System::nanoTime);
  }

  /**
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  ControlReader(Map<String, ?> kafka, String model, KafkaClients clients, LongSupplier nanoTime) {
    this.consumer = clients.consumer(GrouplessConsumer.config(kafka));
    this.model = model;
    this.nanoTime = nanoTime;
  }

  /**
   * Reads to the current end of the topic.
   *
   * @return the last champion, or empty if the topic does not exist or names none
   * @throws TimeoutException if no record arrives for one minute
   */
  public Optional<Champion> readToEnd() {
    Optional<Champion> champion = Optional.empty();
    if (!isThere()) {
      return champion;
    }
    // Under read_committed this is the last stable offset, so an open transaction causes no wait.
    long end = consumer.endOffsets(Set.of(ControlTopic.PARTITION)).get(ControlTopic.PARTITION);
    long patience = nanoTime.getAsLong() + PATIENCE.toNanos();
    while (consumer.position(ControlTopic.PARTITION) < end) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      if (!records.isEmpty()) {
        patience = nanoTime.getAsLong() + PATIENCE.toNanos();
      } else if (nanoTime.getAsLong() - patience > 0) {
        throw new TimeoutException(ControlTopic.NAME + " could not be read to its end");
      }
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (ControlTopic.isAbout(record, model)) {
          champion = read(record, champion);
        }
      }
    }
    return champion;
  }

  /**
   * Waits for new champions. Call it only after {@link #isThere} has returned true.
   *
   * @param patience the longest time to wait
   * @return the champions named since the last call, oldest first; may be empty
   * @throws org.apache.kafka.common.errors.WakeupException after {@link #wakeup}
   */
  public List<Champion> poll(Duration patience) {
    List<Champion> champions = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
      if (ControlTopic.isAbout(record, model)) {
        read(record, Optional.empty()).ifPresent(champions::add);
      }
    }
    return champions;
  }

  /**
   * Tests whether the topic exists. Once it does, reading starts at its beginning.
   *
   * @return whether the topic exists
   */
  public boolean isThere() {
    if (consumer.assignment().isEmpty() && consumer.listTopics().containsKey(ControlTopic.NAME)) {
      consumer.assign(Set.of(ControlTopic.PARTITION));
    }
    return !consumer.assignment().isEmpty();
  }

  private static Optional<Champion> read(
      ConsumerRecord<byte[], byte[]> record, Optional<Champion> otherwise) {
    try {
      return ControlTopic.champion(record);
    } catch (IOException e) {
      log.warn(
          "Skipped the record at offset {} of {}: {}",
          record.offset(),
          ControlTopic.NAME,
          e.getMessage().lines().findFirst().orElse("unreadable"));
      return otherwise;
    }
  }

  /** Interrupts the current {@link #poll}, or the next one. Any thread may call this method. */
  public void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
