package dev.millrace.service.command.deadletters;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Decides which dead letters are sent again, and what the records look like. For one thread.
 *
 * <p>A record goes back as it came: with its key, its value and its headers but those of the error,
 * and to its own partition, unless it goes to another topic. Its timestamp is the time of the
 * replay. {@link DeadLetter#REPLAYED} names the dead letter; one that has the header already was
 * sent again before and failed again, so it stays unless {@code again} asks for it.
 */
final class Replay {

  /** What became of a dead letter. */
  enum Outcome {
    REPLAYED("sent again"),
    DONE("sent again before"),
    FAILED_AGAIN("failed again after a replay (--again sends them once more)"),
    STUB("stubs, whose values are lost"),
    HOMELESS("without the header that names their topic (--to gives one)"),
    TOO_LARGE("too large for their topic (max.message.bytes)");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** What a record takes beyond its key, value and headers, in bytes; more than it can. */
  private static final int RECORD_BYTES = 128;

  private static final int HEADER_BYTES = 10;

  private final ReplayLog log;
  private final Optional<String> to;
  private final boolean again;
  private final Limits limits;
  private final Map<Outcome, Long> counts = new LinkedHashMap<>();

  /** What topics take. */
  interface Limits {

    /** The size of the largest record batch that a topic takes, in bytes. */
    int maxBytes(String topic);
  }

  /**
   * @param to where all records go, if not back to where they came from
   * @param again whether dead letters of replayed records are sent again, too
   */
  Replay(ReplayLog log, Optional<String> to, boolean again, Limits limits) {
    this.log = log;
    this.to = to;
    this.again = again;
    this.limits = limits;
  }

  /** The record to send, if there is one; the outcome is counted. */
  Optional<ProducerRecord<byte[], byte[]>> record(DeadLetter letter) {
    Optional<ProducerRecord<byte[], byte[]>> record = target(letter).map(to -> made(letter, to));
    Outcome outcome = outcome(letter, record);
    counts.merge(outcome, 1L, Long::sum);
    return outcome == Outcome.REPLAYED ? record : Optional.empty();
  }

  private Optional<String> target(DeadLetter letter) {
    return to.or(letter::topic);
  }

  private Outcome outcome(DeadLetter letter, Optional<ProducerRecord<byte[], byte[]>> record) {
    if (letter.isStub()) {
      return Outcome.STUB;
    }
    if (log.has(letter)) {
      return Outcome.DONE;
    }
    if (letter.replayOf().isPresent() && !again) {
      return Outcome.FAILED_AGAIN;
    }
    if (record.isEmpty()) {
      return Outcome.HOMELESS;
    }
    return bytes(record.get()) > limits.maxBytes(record.get().topic())
        ? Outcome.TOO_LARGE
        : Outcome.REPLAYED;
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

  /** An upper bound of a record batch with this record alone, uncompressed. */
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

  /** How many dead letters had each outcome. */
  Map<Outcome, Long> counts() {
    return counts;
  }

  long replayed() {
    return counts.getOrDefault(Outcome.REPLAYED, 0L);
  }
}
