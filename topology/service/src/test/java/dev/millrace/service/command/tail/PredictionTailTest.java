package dev.millrace.service.command.tail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.Prediction;
import dev.millrace.service.command.deadletters.DeadLetterLine;
import dev.millrace.service.command.output.PredictionLine;
import dev.millrace.service.command.output.Style;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PredictionTailTest {

  private static final String TOPIC = "predictions";
  private static final Duration FOREVER = Duration.ofDays(1);

  private final MockConsumer<byte[], byte[]> consumer =
      new MockConsumer<>(AutoOffsetResetStrategy.EARLIEST.name());
  private final StringWriter out = new StringWriter();
  private final List<String> complaints = new ArrayList<>();
  private long now;

  @BeforeEach
  void twoPartitions() {
    partitions(2);
  }

  @Test
  void fromBeginning_showsWhatIsThere() {
    PredictionTail tail = tail();
    tail.start(true);
    add(0, 0, json("a"));
    add(1, 0, json("b"));

    long shown = tail.follow(2, FOREVER, screen(null));

    assertThat(shown).isEqualTo(2);
    assertThat(out.toString().lines()).containsExactlyInAnyOrder(json("a"), json("b"));
  }

  @Test
  void fromTheEnd_startsWhereTheLogEndsNow() {
    consumer.updateEndOffsets(Map.of(partition(0), 7L, partition(1), 0L));

    tail().start(false);

    assertThat(consumer.position(partition(0))).isEqualTo(7);
    assertThat(consumer.position(partition(1))).isZero();
  }

  @Test
  void count_endsItExactly() {
    PredictionTail tail = tail();
    tail.start(true);
    IntStream.range(0, 5).forEach(i -> add(0, i, json("i" + i)));

    long shown = tail.follow(3, FOREVER, screen(null));

    assertThat(shown).isEqualTo(3);
    assertThat(out.toString().lines()).hasSize(3);
  }

  @Test
  void silence_endsItWithWhatCame() {
    PredictionTail tail = tail();
    tail.start(true);
    add(0, 0, json("a"));
    consumer.schedulePollTask(() -> {});
    IntStream.range(0, 6).forEach(i -> consumer.schedulePollTask(() -> now += 1_000_000_000L));

    long shown = tail.follow(10, Duration.ofSeconds(5), screen(null));

    assertThat(shown).isEqualTo(1);
    assertThat(now).isEqualTo(5_000_000_000L);
  }

  @Test
  void valueThatIsNoPrediction_isToldAndNotCounted() {
    PredictionTail tail = tail();
    tail.start(true);
    add(0, 0, "{}");
    add(0, 1, null);
    add(0, 2, json("a"));

    long shown = tail.follow(1, FOREVER, screen(null));

    assertThat(shown).isEqualTo(1);
    assertThat(complaints)
        .containsExactly(
            "predictions-0@0 is neither a prediction nor a dead letter",
            "predictions-0@1 has no value");
    assertThat(out.toString().lines()).containsExactly(json("a"));
  }

  @Test
  void deadLetter_isShownWithItsKeyAndReason() {
    PredictionTail tail = tail();
    tail.start(true);
    consumer.addRecord(deadLetter(0, null, "empty"));
    consumer.addRecord(deadLetter(1, "cats/1.jpg", "undecodable: no\u001bimage"));

    long shown = tail.follow(2, FOREVER, screen(new PredictionLine(ZoneOffset.UTC)));

    assertThat(shown).isEqualTo(2);
    assertThat(complaints).isEmpty();
    assertThat(out.toString().lines())
        .satisfiesExactly(
            first -> assertThat(first).contains("predictions-0@0  from images-3@17  empty"),
            second -> assertThat(second).contains("cats/1.jpg", "  undecodable: no image"));
  }

  @Test
  void deadLetterAsJson_hasItsKeyAndReason() {
    PredictionTail tail = tail();
    tail.start(true);
    consumer.addRecord(deadLetter(0, "cats/1.jpg", "empty"));

    tail.follow(1, FOREVER, screen(null));

    assertThat(out.toString())
        .contains("\"key\":\"cats/1.jpg\"", "\"reason\":\"empty\"", "\"source\":\"images-3@17\"");
  }

  private static ConsumerRecord<byte[], byte[]> deadLetter(long offset, String key, String reason) {
    ConsumerRecord<byte[], byte[]> letter =
        new ConsumerRecord<>("predictions", 0, offset, key == null ? null : bytes(key), null);
    Map.of("topic", "images", "partition", "3", "offset", "17", "message", reason)
        .forEach((name, value) -> letter.headers().add("__streams.errors." + name, bytes(value)));
    return letter;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void closedStream_endsIt() {
    PredictionTail tail = tail();
    tail.start(true);
    add(0, 0, json("a"));

    long shown = tail.follow(10, FOREVER, screen(broken(), null));

    assertThat(shown).isEqualTo(1);
  }

  @Test
  void newPartition_isFollowedFromItsBeginning() {
    PredictionTail tail = tail();
    tail.start(true);
    consumer.schedulePollTask(
        () -> {
          partitions(3);
          consumer.updateEndOffsets(Map.of(partition(0), 0L, partition(1), 0L, partition(2), 0L));
          now += Duration.ofSeconds(11).toNanos();
        });
    consumer.schedulePollTask(() -> add(2, 0, json("new")));

    long shown = tail.follow(1, FOREVER, screen(null));

    assertThat(shown).isEqualTo(1);
    assertThat(consumer.assignment()).contains(partition(2));
  }

  @Test
  void lineForPeople_hasAllThatMatters() {
    PredictionTail tail = tail();
    tail.start(true);
    add(0, 0, json("cats/1.jpg"));

    tail.follow(1, FOREVER, screen(new PredictionLine(ZoneOffset.UTC)));

    assertThat(out.toString().strip().split("\\s{2,}"))
        .containsExactly(
            "00:00:12", "cats/1.jpg", "cat", "93.0 %", "resnet20/3", "predictions-0@0");
  }

  private PredictionTail tail() {
    return new PredictionTail(consumer, TOPIC, () -> now);
  }

  private PredictionScreen screen(PredictionLine line) {
    return screen(new PrintWriter(out), line);
  }

  private PredictionScreen screen(PrintWriter writer, PredictionLine line) {
    DeadLetterLine deadLetter = new DeadLetterLine(line == null, ZoneOffset.UTC, Style.PLAIN);
    return new PredictionScreen(
        writer, Prediction.serde().deserializer(), complaints::add, line, deadLetter);
  }

  private void partitions(int number) {
    consumer.updatePartitions(
        TOPIC,
        IntStream.range(0, number)
            .mapToObj(i -> new PartitionInfo(TOPIC, i, Node.noNode(), new Node[0], new Node[0]))
            .toList());
    IntStream.range(0, number)
        .forEach(i -> consumer.updateBeginningOffsets(Map.of(partition(i), 0L)));
  }

  private void add(int partition, long offset, String value) {
    consumer.addRecord(
        new ConsumerRecord<>(
            TOPIC,
            partition,
            offset,
            12_000L,
            org.apache.kafka.common.record.TimestampType.CREATE_TIME,
            0,
            0,
            null,
            value == null ? null : value.getBytes(StandardCharsets.UTF_8),
            new org.apache.kafka.common.header.internals.RecordHeaders(),
            java.util.Optional.empty()));
  }

  private static TopicPartition partition(int number) {
    return new TopicPartition(TOPIC, number);
  }

  private static String json(String id) {
    Prediction prediction =
        new Prediction(
            id,
            new Prediction.Model("resnet20", 3, "ab"),
            "cat",
            0.93f,
            List.of(new Prediction.Top(3, "cat", 0.93f)),
            null,
            new Prediction.Source("images", 0, 42));
    return new String(
        Prediction.serde().serializer().serialize(TOPIC, prediction), StandardCharsets.UTF_8);
  }

  private static PrintWriter broken() {
    return new PrintWriter(
        new Writer() {
          @Override
          public void write(char[] text, int offset, int length) throws java.io.IOException {
            throw new java.io.IOException("Broken pipe");
          }

          @Override
          public void flush() throws java.io.IOException {
            throw new java.io.IOException("Broken pipe");
          }

          @Override
          public void close() {}
        });
  }
}
