package dev.millrace.service.command.deadletters;

import dev.millrace.service.deadletters.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Decides which dead letters are sent again, and creates the records to send. Used by one thread.
 *
 * <p>The new record has the key, the value and the headers of the original record. The headers
 * about the error are left out. The record goes to the original partition, unless the constructor's
 * parameter {@code to} names another topic. The timestamp is the time of the replay. The header
 * {@link DeadLetter#REPLAYED} holds the position of the dead letter.
 *
 * <p>If a dead letter already has this header, its image failed again after an earlier replay. The
 * replay skips this dead letter unless the constructor's parameter {@code again} is true.
 */
final class Replay {

  /** What the replay decides about a dead letter. */
  enum Decision {
    REPLAYED("sent again"),
    DONE("sent again before"),
    FAILED_AGAIN("failed again after a replay (--again sends them once more)"),
    STUB("stubs, whose values are lost"),
    HOMELESS("without the header that names their topic (--to gives one)"),
    TOO_LARGE("too large for their topic (max.message.bytes)");

    private final String text;

    Decision(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** An upper bound of a record's size without its key, value and headers, in bytes. */
  private static final int RECORD_BYTES = 128;

  private static final int HEADER_BYTES = 10;

  private final ReplayLog log;
  private final Optional<String> to;
  private final boolean again;
  private final Limits limits;
  private final Map<Decision, Long> counts = new LinkedHashMap<>();

  /** The size limits of topics. */
  interface Limits {

    /** {@return the size of the largest record batch that a topic accepts, in bytes} */
    int maxBytes(String topic);
  }

  /**
   * @param log the dead letters that earlier replays have sent
   * @param to the topic for all records; empty to send each record to its original topic
   * @param again whether to also send dead letters that failed again after a replay
   * @param limits the size limits of topics
   */
  Replay(ReplayLog log, Optional<String> to, boolean again, Limits limits) {
    this.log = log;
    this.to = to;
    this.again = again;
    this.limits = limits;
  }

  /**
   * Decides whether to send one dead letter again, and counts the decision.
   *
   * @return the record to send, or empty if the dead letter is skipped
   */
  Optional<ProducerRecord<byte[], byte[]>> record(DeadLetter letter) {
    Optional<ProducerRecord<byte[], byte[]>> record = target(letter).map(to -> made(letter, to));
    Decision decision = decide(letter, record);
    counts.merge(decision, 1L, Long::sum);
    return decision == Decision.REPLAYED ? record : Optional.empty();
  }

  private Optional<String> target(DeadLetter letter) {
    return to.or(letter::topic);
  }

  private Decision decide(DeadLetter letter, Optional<ProducerRecord<byte[], byte[]>> record) {
    if (letter.isStub()) {
      return Decision.STUB;
    }
    if (log.has(letter)) {
      return Decision.DONE;
    }
    if (letter.replayOf().isPresent() && !again) {
      return Decision.FAILED_AGAIN;
    }
    if (record.isEmpty()) {
      return Decision.HOMELESS;
    }
    return bytes(record.get()) > limits.maxBytes(record.get().topic())
        ? Decision.TOO_LARGE
        : Decision.REPLAYED;
  }

  private static ProducerRecord<byte[], byte[]> made(DeadLetter letter, String target) {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : letter.record().headers()) {
      if (!header.key().startsWith(DeadLetter.ERRORS)
          && !header.key().equals(DeadLetter.REPLAYED)) {
        headers.add(header);
      }
    }
    headers.add(DeadLetter.REPLAYED, letter.position().getBytes(StandardCharsets.UTF_8));
    Integer partition =
        letter.topic().filter(target::equals).flatMap(own -> letter.partition()).orElse(null);
    return new ProducerRecord<>(
        target, partition, letter.record().key(), letter.record().value(), headers);
  }

  /**
   * {@return an upper bound of the size of an uncompressed record batch that holds only this
   * record, in bytes}
   */
  private static long bytes(ProducerRecord<byte[], byte[]> record) {
    long bytes = RECORD_BYTES + length(record.key()) + length(record.value());
    for (Header header : record.headers()) {
      bytes +=
          HEADER_BYTES
              + header.key().getBytes(StandardCharsets.UTF_8).length
              + length(header.value());
    }
    return bytes;
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** {@return the number of dead letters for each decision} */
  Map<Decision, Long> counts() {
    return counts;
  }

  long replayed() {
    return counts.getOrDefault(Decision.REPLAYED, 0L);
  }
}
