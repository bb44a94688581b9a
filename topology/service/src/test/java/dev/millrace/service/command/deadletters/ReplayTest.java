package dev.millrace.service.command.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.command.deadletters.Replay.Decision;
import dev.millrace.service.deadletters.DeadLetter;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class ReplayTest {

  private static final Uuid TOPIC = Uuid.randomUuid();

  private final ReplayLog log = new ReplayLog("dead.replayed", TOPIC, true);

  @Test
  void deadLetter_goesBackAsItCame() {
    RecordHeaders headers = errors();
    headers.add("traceparent", "00-1".getBytes(UTF_8));
    ConsumerRecord<byte[], byte[]> dead = record(7, new byte[] {1, 2}, headers);

    ProducerRecord<byte[], byte[]> sent =
        replay(Optional.empty(), false).record(new DeadLetter(dead)).orElseThrow();

    assertThat(sent.topic()).isEqualTo("images");
    assertThat(sent.partition()).isEqualTo(3);
    assertThat(sent.key()).isEqualTo(dead.key());
    assertThat(sent.value()).isEqualTo(dead.value());
    assertThat(sent.timestamp()).as("the time of the replay").isNull();
    assertThat(sent.headers().toArray())
        .extracting(Header::key)
        .containsExactly("traceparent", DeadLetter.REPLAYED);
    assertThat(new String(sent.headers().lastHeader(DeadLetter.REPLAYED).value(), UTF_8))
        .isEqualTo("dead-0@7");
  }

  @Test
  void deadLetter_toAnotherTopic_takesAnyPartition() {
    ProducerRecord<byte[], byte[]> sent =
        replay(Optional.of("elsewhere"), false).record(letter(7, errors())).orElseThrow();

    assertThat(sent.topic()).isEqualTo("elsewhere");
    assertThat(sent.partition()).isNull();
  }

  @Test
  void deadLetterThatIsInTheLog_isNotSentTwice() {
    Replay replay = replay(Optional.empty(), true);
    DeadLetter letter = letter(7, errors());
    var unused = log.entry(letter, "images");

    assertThat(replay.record(letter)).isEmpty();
    assertThat(replay.record(letter(8, errors()))).isPresent();
    assertThat(replay.counts())
        .containsEntry(Decision.DONE, 1L)
        .containsEntry(Decision.REPLAYED, 1L);
  }

  @Test
  void logEntry_ofAnotherTopicOfThatName_doesNotCount() {
    DeadLetter letter = letter(7, errors());
    ProducerRecord<byte[], byte[]> entry =
        new ReplayLog("dead.replayed", Uuid.randomUuid(), true).entry(letter, "images");

    log.add(new ConsumerRecord<>("dead.replayed", 0, 0, entry.key(), entry.value()));

    assertThat(log.has(letter)).isFalse();
  }

  @Test
  void deadLetterOfAReplayedRecord_isSentOnlyIfAskedFor() {
    RecordHeaders headers = errors();
    headers.add(DeadLetter.REPLAYED, "dead-0@3".getBytes(UTF_8));

    Replay once = replay(Optional.empty(), false);
    assertThat(once.record(letter(7, headers))).isEmpty();
    assertThat(once.counts()).containsExactlyEntriesOf(Map.of(Decision.FAILED_AGAIN, 1L));

    ProducerRecord<byte[], byte[]> sent =
        replay(Optional.empty(), true).record(letter(7, headers)).orElseThrow();
    assertThat(sent.headers().headers(DeadLetter.REPLAYED)).hasSize(1);
  }

  @Test
  void stub_isPassedOver() {
    RecordHeaders headers = errors();
    headers.add(DeadLetter.STUB, "{}".getBytes(UTF_8));
    Replay replay = replay(Optional.empty(), false);

    assertThat(replay.record(letter(7, headers))).isEmpty();
    assertThat(replay.counts()).containsOnlyKeys(Decision.STUB);
  }

  @Test
  void deadLetterWithoutItsTopic_needsOne() {
    Replay replay = replay(Optional.empty(), false);

    assertThat(replay.record(letter(7, new RecordHeaders()))).isEmpty();
    assertThat(replay.counts()).containsOnlyKeys(Decision.HOMELESS);
    assertThat(replay(Optional.of("images"), false).record(letter(7, new RecordHeaders())))
        .isPresent();
  }

  @Test
  void deadLetterThatNoLongerFits_isPassedOver() {
    Replay replay = replay(Optional.empty(), false);

    assertThat(replay.record(new DeadLetter(record(7, new byte[1_000], errors())))).isEmpty();
    RecordHeaders headers = errors();
    headers.add("traceparent", new byte[1_000]);
    assertThat(replay.record(letter(8, headers))).isEmpty();
    assertThat(replay.counts()).containsExactlyEntriesOf(Map.of(Decision.TOO_LARGE, 2L));
  }

  @Test
  void report_saysWhatBecameOfAll() {
    Replay replay = replay(Optional.empty(), false);
    replay.record(letter(7, errors()));
    replay.record(letter(8, new RecordHeaders()));

    assertThat(new ReplayReport("dead", false, replay.counts()).line())
        .isEqualTo(
            "dead: 1 sent again, 1 without the header that names their topic (--to gives one)");
    assertThat(new ReplayReport("dead", true, replay.counts()).line())
        .startsWith("dead: 1 would be sent again, ");
  }

  private Replay replay(Optional<String> to, boolean again) {
    return new Replay(log, to, again, topic -> 1_000);
  }

  private static RecordHeaders errors() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("__streams.errors.topic", "images".getBytes(UTF_8));
    headers.add("__streams.errors.partition", "3".getBytes(UTF_8));
    headers.add("__streams.errors.offset", "42".getBytes(UTF_8));
    headers.add("__streams.errors.message", "no image".getBytes(UTF_8));
    return headers;
  }

  private static DeadLetter letter(long offset, RecordHeaders headers) {
    return new DeadLetter(record(offset, new byte[] {1}, headers));
  }

  private static ConsumerRecord<byte[], byte[]> record(
      long offset, byte[] value, RecordHeaders headers) {
    return new ConsumerRecord<>(
        "dead",
        0,
        offset,
        1_000,
        TimestampType.CREATE_TIME,
        1,
        value.length,
        "k".getBytes(UTF_8),
        value,
        headers,
        Optional.empty());
  }
}
