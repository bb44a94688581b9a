package dev.millrace.service.command.deadletters;

import dev.millrace.service.deadletters.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;

/**
 * The dead letters that replays have sent. The log is a compacted topic with one record for each
 * dead letter that was sent. The transaction that sends a dead letter also writes its log record.
 * Used by one thread.
 *
 * <p>The offsets of a consumer group cannot replace the log. A replay with {@code --reason} or
 * {@code --key} skips dead letters that a later replay may send. The key of a log record contains
 * the dead-letter topic's id. If that topic is deleted and created again, it gets a new id, so old
 * log records do not apply to it.
 */
final class ReplayLog {

  /** The log's name is the name of the dead-letter topic with this suffix. */
  static final String SUFFIX = ".replayed";

  private final String topic;
  private final Uuid deadLetters;
  private final boolean exists;
  private final Set<String> replayed = new HashSet<>();

  /**
   * @param topic the log's topic
   * @param deadLetters the dead-letter topic's id
   * @param exists whether the log's topic exists
   */
  ReplayLog(String topic, Uuid deadLetters, boolean exists) {
    this.topic = topic;
    this.deadLetters = deadLetters;
    this.exists = exists;
  }

  /** {@return the name of the log topic for a dead-letter topic} */
  static String topic(String deadLetters) {
    return deadLetters + SUFFIX;
  }

  String topic() {
    return topic;
  }

  /**
   * {@return whether the log's topic exists; if it does not exist, no replay has ever sent a dead
   * letter}
   */
  boolean exists() {
    return exists;
  }

  /**
   * Adds a record that was read from the log.
   *
   * @return true, so that the reader continues with the next record
   */
  boolean add(ConsumerRecord<byte[], byte[]> entry) {
    replayed.add(new String(entry.key(), StandardCharsets.UTF_8));
    return true;
  }

  boolean has(DeadLetter letter) {
    return replayed.contains(key(letter));
  }

  /**
   * Adds a dead letter to the log, and returns the log record to send in the same transaction as
   * the dead letter.
   */
  ProducerRecord<byte[], byte[]> entry(DeadLetter letter, String target) {
    replayed.add(key(letter));
    return new ProducerRecord<>(topic, bytes(key(letter)), bytes(target));
  }

  private String key(DeadLetter letter) {
    return deadLetters + "-" + letter.record().partition() + "@" + letter.record().offset();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
