package dev.millrace.control;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the control topic for one model: first to the topic's end, then each new record. Logs and
 * skips a record whose value is invalid. One thread uses the reader; any thread may call {@link
 * #wakeup}.
 */
public final class ControlReader implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ControlReader.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration QUIET = Duration.ofSeconds(2);

  private final KafkaClients clients;
  private final Map<String, Object> config;
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
    this.clients = clients;
    this.config = GrouplessConsumer.config(kafka);
    this.consumer = clients.consumer(config);
    this.model = model;
    this.nanoTime = nanoTime;
  }

  /**
   * Reads to the current end of the topic, including every promotion that a writer has reported as
   * done. The method waits until open transactions have ended. The wait is necessary because a
   * broker confirms a commit to the writer a moment before consumers can read the records.
   *
   * @return the last champion, or empty if the topic does not exist or names no champion
   * @throws OpenTransactionException if a transaction stays open for one minute
   * @throws TimeoutException if no record arrives for one minute
   * @throws org.apache.kafka.common.errors.AuthorizationException if the right to read the topic is
   *     missing
   */
  public Optional<Champion> readToEnd() {
    return readToEnd(Optional.empty(), ControlReader::read);
  }

  /** Reads to the current end of the topic, and calls {@code next} for each record of the model. */
  <T> T readToEnd(T first, BiFunction<ConsumerRecord<byte[], byte[]>, T, T> next) {
    T last = first;
    if (!isThere()) {
      return last;
    }
    long end = end();
    long lastRecord = nanoTime.getAsLong();
    boolean told = false;
    while (position() < end) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      long now = nanoTime.getAsLong();
      if (!records.isEmpty()) {
        lastRecord = now;
      } else if (now - lastRecord > PATIENCE.toNanos()) {
        throw gaveUp();
      } else if (!told && now - lastRecord > QUIET.toNanos()) {
        told = true;
        log.warn("waiting for offset {} of {} to be readable", position(), ControlTopic.NAME);
      }
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (ControlTopic.isAbout(record, model)) {
          last = next.apply(record, last);
        }
      }
    }
    return last;
  }

  /**
   * Returns the end of the topic, including the records of open transactions. This reader's own
   * consumer does not see these records.
   */
  private long end() {
    Map<String, Object> uncommitted = new HashMap<>(config);
    uncommitted.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    try (Consumer<byte[], byte[]> all = clients.consumer(uncommitted)) {
      return end(all);
    }
  }

  private static long end(Consumer<byte[], byte[]> consumer) {
    return consumer.endOffsets(Set.of(ControlTopic.PARTITION)).get(ControlTopic.PARTITION);
  }

  private long position() {
    return consumer.position(ControlTopic.PARTITION);
  }

  private KafkaException gaveUp() {
    long position = position();
    return position < end(consumer)
        ? new TimeoutException(ControlTopic.NAME + " could not be read to its end")
        : new OpenTransactionException(position, PATIENCE);
  }

  /**
   * Waits for new champions. Call this method only after {@link #isThere} has returned true.
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
   * Tests whether the topic exists. The first call that finds the topic sets the reader to the
   * topic's beginning.
   *
   * @return whether the topic exists
   * @throws org.apache.kafka.common.errors.AuthorizationException if the right to describe the
   *     topic is missing
   */
  public boolean isThere() {
    if (consumer.assignment().isEmpty() && !consumer.partitionsFor(ControlTopic.NAME).isEmpty()) {
      consumer.assign(Set.of(ControlTopic.PARTITION));
    }
    return !consumer.assignment().isEmpty();
  }

  private static Optional<Champion> read(
      ConsumerRecord<byte[], byte[]> record, Optional<Champion> otherwise) {
    try {
      return ControlTopic.champion(record);
    } catch (IOException e) {
      warnOf(record, e);
      return otherwise;
    }
  }

  static void warnOf(ConsumerRecord<byte[], byte[]> record, IOException e) {
    log.warn(
        "Skipped the record at offset {} of {}: {}",
        record.offset(),
        ControlTopic.NAME,
        e.getMessage().lines().findFirst().orElse("unreadable"));
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
