package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import dev.millrace.streams.sending.UnsendableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.UUID;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests records that a punctuator has created, which have no topic, partition and offset. */
@Timeout(60)
class PunctuatedRecordsTest {

  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final byte UNSENDABLE = 3;

  private final ImageInference<String> inference = FakeInference.of(new FakeModel(), 8);
  private final Queue<Record<String, ImageEvent>> created = new ArrayDeque<>();
  private TopologyTestDriver driver;
  private TestOutputTopic<String, Prediction> predictions;
  private TestOutputTopic<String, byte[]> deadLetters;

  /** Forwards the created records in a punctuation. */
  private final class Creating extends ContextualProcessor<String, byte[], String, ImageEvent> {
    @Override
    public void init(ProcessorContext<String, ImageEvent> context) {
      super.init(context);
      context.schedule(
          PERIOD,
          PunctuationType.WALL_CLOCK_TIME,
          time -> {
            while (!created.isEmpty()) {
              context.forward(created.remove());
            }
          });
    }

    @Override
    public void process(Record<String, byte[]> record) {}
  }

  @BeforeEach
  void start() {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream("ticks", Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .process(Creating::new)
        .processValues(inference)
        .peek(PunctuatedRecordsTest::requireSendable)
        .to("predictions", Produced.with(Serdes.String(), Prediction.serde()));
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "punctuated");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    config.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterBadImages.class);
    config.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, "dead-letters");
    driver = new TopologyTestDriver(builder.build(), config);
    predictions =
        driver.createOutputTopic(
            "predictions", new StringDeserializer(), Prediction.serde().deserializer());
    deadLetters =
        driver.createOutputTopic(
            "dead-letters", new StringDeserializer(), new ByteArrayDeserializer());
  }

  private static void requireSendable(String key, Prediction prediction) {
    if (prediction.label().equals("class-" + UNSENDABLE)) {
      throw new UnsendableException("too large");
    }
  }

  @AfterEach
  void close() {
    driver.close();
    inference.close();
  }

  private void create(String key, byte image) {
    created.add(new Record<>(key, new ImageEvent.Encoded(new byte[] {image}), 7));
  }

  private static String header(TestRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void record_isAnswered_withoutASource() {
    create("a", (byte) 7);
    create(null, (byte) 8);
    driver.advanceWallClockTime(PERIOD);

    List<TestRecord<String, Prediction>> answers = predictions.readRecordsToList();
    assertThat(answers)
        .extracting(answer -> answer.value().label())
        .containsExactly("class-7", "class-8");
    assertThat(answers)
        .extracting(answer -> answer.value().source())
        .containsOnly(Prediction.Source.NONE);
    assertThat(answers.get(0).value().id()).isEqualTo("a");
    assertThat(UUID.fromString(answers.get(1).value().id())).isNotNull();
    assertThat(answers).extracting(answer -> header(answer, "ce_id")).doesNotHaveDuplicates();
  }

  @Test
  void badImage_isADeadLetter_withItsKeyAndValue() {
    create("bad", FakeDecoder.BAD);
    create("a", (byte) 7);
    driver.advanceWallClockTime(PERIOD);

    TestRecord<String, byte[]> letter = deadLetters.readRecord();
    assertThat(letter.key()).isEqualTo("bad");
    assertThat(letter.value()).containsExactly(FakeDecoder.BAD);
    assertThat(predictions.readRecord().key()).isEqualTo("a");
  }

  @Test
  void recordOnWhichALaterProcessorFails_isADeadLetter() {
    create("unsendable", UNSENDABLE);
    create("a", (byte) 7);
    driver.advanceWallClockTime(PERIOD);

    assertThat(header(deadLetters.readRecord(), "__streams.errors.message")).isEqualTo("too large");
    assertThat(predictions.readRecord().key()).isEqualTo("a");
  }
}
