package dev.millrace.service.command.deadletters;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;

/**
 * Which dead letters were sent again: one record each in a compacted topic beside the dead letters,
 * written in the transaction that sends the dead letter. For one thread.
 *
 * <p>A consumer group's offset could not say that, because a replay by reason or key leaves gaps. A
 * key names the topic by its id too, so that a topic that was deleted and made anew starts afresh.
 */
final class ReplayLog {

  /** What the log's name has more than the dead-letter topic's. */
  static final String SUFFIX = ".replayed";

  private final String topic;
  private final Uuid deadLetters;
  private final boolean exists;
  private final Set<String> replayed = new HashSet<>();

  /**
   * @param topic the log's topic
   * @param deadLetters the dead-letter topic's id
   * @param exists whether there is such a topic
   */
  ReplayLog(String topic, Uuid deadLetters, boolean exists) {
    this.topic = topic;
    this.deadLetters = deadLetters;
    this.exists = exists;
  }

  /** The name of a dead-letter topic's log. */
  static String topic(String deadLetters) {
    return deadLetters + SUFFIX;
  }

  String topic() {
    return topic;
  }

  /** False if nothing was ever sent again. */
  boolean exists() {
    return exists;
  }

  /** Takes in a record of the log; true, since another may follow. */
  boolean add(ConsumerRecord<byte[], byte[]> entry) {
    replayed.add(new String(entry.key(), StandardCharsets.UTF_8));
    return true;
  }

  boolean has(DeadLetter letter) {
    return replayed.contains(key(letter));
  }

  /** Remembers a dead letter, and gives the record that makes it last. */
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
