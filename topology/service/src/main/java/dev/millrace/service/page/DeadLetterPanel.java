package dev.millrace.service.page;

import dev.millrace.service.deadletters.DeadLetter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The last dead letters of the service's dead-letter topic. Used by one thread. */
final class DeadLetterPanel {

  /** Largest number of dead letters to show. */
  static final int MOST = 20;

  /**
   * The content of the panel.
   *
   * @param topic the dead-letter topic
   * @param problem why no dead letters can be shown, or null
   * @param letters the last dead letters, the newest first
   */
  record View(String topic, String problem, List<Letter> letters) {}

  /**
   * A dead letter.
   *
   * @param time the dead letter's timestamp, in ISO-8601
   * @param key the record's key as text; empty if the record has no key
   * @param source the original record: {@code topic-partition@offset}
   * @param reason why the image got no prediction
   */
  record Letter(String time, String key, String source, String reason) {}

  private record Timed(long timestamp, long arrival, Letter letter) {}

  private final PriorityQueue<Timed> letters =
      new PriorityQueue<>(Comparator.comparing(Timed::timestamp).thenComparing(Timed::arrival));
  private long arrivals;

  /** Adds a record of the topic. */
  void add(ConsumerRecord<byte[], byte[]> record) {
    DeadLetter letter = new DeadLetter(record);
    letters.add(
        new Timed(
            record.timestamp(),
            arrivals++,
            new Letter(
                Instant.ofEpochMilli(record.timestamp()).toString(),
                letter.key().orElse(""),
                letter.source().orElse(""),
                letter.reason())));
    if (letters.size() > MOST) {
      letters.remove();
    }
  }

  /** Returns the content of the panel. */
  View view(String topic, String problem) {
    List<Timed> newest = new ArrayList<>(letters);
    newest.sort(letters.comparator().reversed());
    return new View(topic, problem, newest.stream().map(Timed::letter).toList());
  }
}
