package dev.millrace.control;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
 * Reads the control topic for one model: first to its end, then what comes. A value that is not of
 * the topic's form is logged and passed over. Used by one thread; any may {@link #wakeup}.
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
   * @param kafka a consumer's configuration; what matters for the order is set here
   */
  public ControlReader(Map<String, ?> kafka, String model) {
    this(kafka, model, KafkaClients.REAL, System::nanoTime);
  }

  /**
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  ControlReader(Map<String, ?> kafka, String model, KafkaClients clients, LongSupplier nanoTime) {
    this.clients = clients;
    this.config = GrouplessConsumer.config(kafka);
    this.consumer = clients.consumer(config);
    this.model = model;
    this.nanoTime = nanoTime;
  }

  /**
   * Reads to the end of the topic as it is now. A promotion that its writer reported as done before
   * this was called is among what it reads: an open transaction is waited for, because a broker
   * answers a commit a moment before it shows the records.
   *
   * @return the champion by then, if one was ever named
   * @throws OpenTransactionException if a transaction is open for a minute
   * @throws TimeoutException if no record comes for a minute
   * @throws org.apache.kafka.common.errors.AuthorizationException without the right to read it
   */
  public Optional<Champion> readToEnd() {
    Optional<Champion> champion = Optional.empty();
    if (!isThere()) {
      return champion;
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
          champion = read(record, champion);
        }
      }
    }
    return champion;
  }

  /** Where the topic ends, open transactions included, which this reader's own consumer hides. */
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
   * The champions named since the last call, oldest first. To be called once {@link #isThere}.
   *
   * @param patience how long to wait for one
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
   * Whether the topic is there, at whose beginning reading begins.
   *
   * @throws org.apache.kafka.common.errors.AuthorizationException without the right to see it
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
      log.warn(
          "the record at offset {} of {} is passed over: {}",
          record.offset(),
          ControlTopic.NAME,
          e.getMessage().lines().findFirst().orElse("unreadable"));
      return otherwise;
    }
  }

  /** Has a {@link #poll} that waits, or the next one, end. */
  public void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
