package dev.millrace.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.BadImageException;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.Sample;
import dev.millrace.testing.KafkaVersions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests the dead letters of the plugin's quick start with each supported version of Kafka Streams.
 * Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=kafka -Dquick verify
 * </pre>
 */
@Tag("nightly")
@Tag("kafka")
@Timeout(300)
class DeadLetterVersionsSuite {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String NO_IMAGE = "this is no image";
  private static final String JSON = "{\"camera\":7,\"image\":\"AQID\"}";
  private static final String NO_JSON = "{\"image\":";
  private static final int GOOD = 2;
  private static final int BAD = 3;

  private static final List<String> ERRORS =
      List.of(
          "__streams.errors.exception",
          "__streams.errors.message",
          "__streams.errors.topic",
          "__streams.errors.partition",
          "__streams.errors.offset",
          "__streams.errors.stacktrace");

  @TempDir Path folder;

  static List<String> versions() {
    return KafkaVersions.all();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void badImage_isADeadLetter_atLeastOnce(String version) throws Exception {
    QuickStart.publishModel(folder);
    try (PhotoBroker broker = PhotoBroker.start(folder);
        MillraceProcess app = QuickStart.of(broker.bootstrapServers()).start(version, folder)) {
      broker.send(records());
      broker.awaitRecords(app, QuickStart.OUTPUT, GOOD);
      broker.awaitRecords(app, QuickStart.DEAD_LETTERS, BAD);
      stop(app);

      requireAnswers(broker);
    }
  }

  /**
   * The application does not commit before the test stops it, so that the test can examine the
   * state before a commit. After the kill, the test does not wait for timeouts. It ends the
   * application's transaction and removes the application from its group, as the timeouts would.
   */
  @ParameterizedTest
  @MethodSource("versions")
  void badImage_isADeadLetterInTheTransactionOfItsTask_exactlyOnce(String version)
      throws Exception {
    QuickStart.publishModel(folder);
    try (PhotoBroker broker = PhotoBroker.start(folder)) {
      QuickStart code =
          QuickStart.of(broker.bootstrapServers())
              .with("processing.guarantee", "exactly_once_v2")
              .with("commit.interval.ms", Duration.ofMinutes(10).toMillis())
              .with("producer.transaction.timeout.ms", Duration.ofMinutes(15).toMillis());
      try (MillraceProcess app = code.start(version, folder)) {
        broker.send(records());
        broker.awaitRecords(app, QuickStart.OUTPUT, GOOD);
        broker.awaitRecords(app, QuickStart.DEAD_LETTERS, BAD);

        requireOneTransaction(broker.admin());
        requireNothingCommitted(broker);
        app.kill();
      }
      forgetKilled(broker.admin());
      try (MillraceProcess app = code.start(version, folder)) {
        broker.awaitRecords(app, QuickStart.OUTPUT, 2 * GOOD);
        broker.awaitRecords(app, QuickStart.DEAD_LETTERS, 2 * BAD);

        requireNothingCommitted(broker);
        stop(app);
      }
      requireAnswers(broker);
    }
  }

  /**
   * A record becomes a dead letter at its third failure. Each failure ends a stream thread, so the
   * third thread sends the dead letter. The session timeout is longer than the test, so a failed
   * thread must leave its group. Before version 4.2, a task without an {@code ImageInference}
   * cannot send dead letters, and fails instead.
   */
  @ParameterizedTest
  @MethodSource("versions")
  void recordOfAnotherTask_isADeadLetter_exceptBeforeVersion42(String version) throws Exception {
    QuickStart.publishModel(folder);
    try (PhotoBroker broker = PhotoBroker.start(folder, "counts", "doubled-counts")) {
      QuickStart code =
          QuickStart.of(broker.bootstrapServers())
              .replace(
                  "    return builder.build();\n",
                  """
                      builder.stream("counts", Consumed.with(Serdes.String(), Serdes.String()))
                          .mapValues(count -> 2 * Integer.parseInt(count))
                          .to("doubled-counts", Produced.with(Serdes.String(), Serdes.Integer()));
                      return builder.build();
                  """)
              .with("session.timeout.ms", Duration.ofMinutes(30).toMillis());
      try (MillraceProcess app = code.start(version, folder)) {
        broker.send(List.of(new ProducerRecord<>("counts", "of cats", "many".getBytes(UTF_8))));
        if (KafkaVersions.isOlder(version, "4.2")) {
          awaitError(
              app,
              "before Kafka Streams 4.2, a dead letter can only be sent by a task that classifies"
                  + " images, and 1_0 does not; upgrade Kafka Streams");
          assertThat(broker.committed(QuickStart.DEAD_LETTERS)).isEmpty();
        } else {
          broker.awaitRecords(app, QuickStart.DEAD_LETTERS, 1);
          assertThat(broker.committed(QuickStart.DEAD_LETTERS))
              .extracting(letter -> text(letter.value()))
              .containsExactly("many");
        }
      }
    }
  }

  /** Returns five records: a good image, three bad records and another good image. */
  private static List<ProducerRecord<String, byte[]>> records() {
    Header json = new RecordHeader("content-type", "application/json".getBytes(UTF_8));
    List<DemoImage> good = Sample.images().subList(0, GOOD);
    return List.of(
        photo(good.get(0).key(), good.get(0).encoded()),
        photo("text", NO_IMAGE.getBytes(UTF_8)),
        photo("json", JSON.getBytes(UTF_8), json),
        photo("no json", NO_JSON.getBytes(UTF_8), json),
        photo(good.get(1).key(), good.get(1).encoded()));
  }

  private static ProducerRecord<String, byte[]> photo(String key, byte[] value, Header... headers) {
    List<Header> all =
        Stream.concat(
                Stream.of(headers), Stream.of(new RecordHeader("camera", "door".getBytes(UTF_8))))
            .toList();
    return new ProducerRecord<>(QuickStart.INPUT, null, key, value, all);
  }

  /**
   * Requires that exactly one transaction is open, and that it contains predictions and dead
   * letters.
   */
  private static void requireOneTransaction(Admin admin) throws Exception {
    Collection<TransactionListing> open =
        admin
            .listTransactions(
                new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING)))
            .all()
            .get();
    assertThat(open).hasSize(1);
    String id = open.iterator().next().transactionalId();
    assertThat(admin.describeTransactions(List.of(id)).description(id).get().topicPartitions())
        .containsExactlyInAnyOrder(
            new TopicPartition(QuickStart.OUTPUT, 0),
            new TopicPartition(QuickStart.DEAD_LETTERS, 0));
  }

  private static void requireNothingCommitted(PhotoBroker broker) {
    assertThat(broker.committed(QuickStart.OUTPUT)).isEmpty();
    assertThat(broker.committed(QuickStart.DEAD_LETTERS)).isEmpty();
  }

  /** Aborts the transaction of the killed application, and removes it from its group. */
  private static void forgetKilled(Admin admin) throws Exception {
    List<String> ids =
        admin.listTransactions().all().get().stream()
            .map(TransactionListing::transactionalId)
            .toList();
    admin.fenceProducers(ids).all().get();
    admin
        .removeMembersFromConsumerGroup(
            QuickStart.APPLICATION, new RemoveMembersFromConsumerGroupOptions())
        .all()
        .get();
  }

  private static void stop(MillraceProcess app) throws Exception {
    app.terminate();
    assertThat(app.await(PATIENCE)).as("%s", app.errors()).isEqualTo(143);
  }

  private static void awaitError(MillraceProcess app, String line) {
    await().dontCatchUncaughtExceptions().atMost(PATIENCE).until(() -> app.errors().contains(line));
  }

  /**
   * Requires that each record has one answer, and that the dead letters have the right keys, values
   * and headers.
   */
  private static void requireAnswers(PhotoBroker broker) {
    assertThat(broker.committed(QuickStart.OUTPUT))
        .extracting(prediction -> text(prediction.key()))
        .containsExactlyElementsOf(
            Sample.images().subList(0, GOOD).stream().map(DemoImage::key).toList());
    List<ConsumerRecord<byte[], byte[]>> letters = broker.committed(QuickStart.DEAD_LETTERS);
    assertThat(letters)
        .extracting(letter -> text(letter.key()))
        .containsExactly("text", "json", "no json");
    assertThat(letters)
        .extracting(letter -> text(letter.value()))
        .containsExactly(NO_IMAGE, JSON, NO_JSON);
    List<ProducerRecord<String, byte[]>> records = records();
    for (int i = 0; i < letters.size(); i++) {
      requireHeaders(letters.get(i), records.get(i + 1), i + 1);
    }
  }

  private static void requireHeaders(
      ConsumerRecord<byte[], byte[]> letter, ProducerRecord<String, byte[]> record, long offset) {
    Header[] own = record.headers().toArray();
    List<Header> headers = StreamSupport.stream(letter.headers().spliterator(), false).toList();
    assertThat(headers.subList(0, own.length)).containsExactly(own);
    assertThat(headers.subList(own.length, headers.size()))
        .extracting(Header::key)
        .containsExactlyElementsOf(ERRORS);
    assertThat(error(letter, "exception")).isEqualTo(BadImageException.class.getName());
    assertThat(error(letter, "message")).isNotBlank();
    assertThat(error(letter, "topic")).isEqualTo(QuickStart.INPUT);
    assertThat(error(letter, "partition")).isEqualTo("0");
    assertThat(error(letter, "offset")).isEqualTo(Long.toString(offset));
    assertThat(error(letter, "stacktrace")).startsWith(BadImageException.class.getName());
  }

  private static String error(ConsumerRecord<?, ?> letter, String name) {
    return text(letter.headers().lastHeader("__streams.errors." + name).value());
  }

  private static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, UTF_8);
  }
}
