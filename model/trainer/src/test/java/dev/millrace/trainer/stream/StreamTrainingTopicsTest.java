package dev.millrace.trainer.stream;

import static dev.millrace.trainer.stream.StreamTrainingRig.bytes;
import static dev.millrace.trainer.stream.StreamTrainingRig.keys;
import static dev.millrace.trainer.stream.StreamTrainingRig.name;
import static dev.millrace.trainer.stream.StreamTrainingRig.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.model.Labels;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.events.WireFormat;
import dev.millrace.testing.SchemaRegistryStub;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests how the training handles invalid records, new partitions, missing topics and brokers that
 * cannot be read.
 */
class StreamTrainingTopicsTest {

  @TempDir private Path folder;
  private StreamTrainingRig rig;

  @BeforeEach
  void prepare() {
    rig = new StreamTrainingRig(folder);
  }

  @Test
  void run_recordsThatAreNoLabelledImages_areCountedInOneLine() {
    rig.polls.add(
        () -> {
          rig.send("images", 0, null, png("cat/1"));
          rig.send("images", 0, bytes("cat/1"), null);
          rig.send("labels", 0, bytes("cat/1"), null);
          rig.send("labels", 0, null, bytes("cat"));
          rig.label("cat/1", " \n");
          rig.label("cat/1", "two\nlines");
          rig.send("labels", 0, bytes("cat/1"), new byte[] {(byte) 0xff});
          rig.send("labels", 0, bytes("cat/2"), bytes("cat\n"));
          rig.send("images", 0, bytes("cat/2"), bytes("no image"));
          rig.pass(Duration.ofSeconds(1));
        });
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(1)));
    rig.run(Configs.topics(folder, 9, 1), rig::learn);

    assertThat(rig.told.warnings)
        .containsExactly(
            "the topics so far: 0 labelled, 0 late, 0 contradicting, 0 withdrawn, 0 evicted, 6"
                + " skipped, 1 unreadable; not understood, for example labels-0 at offset 4: the"
                + " value holds no label: Input length = 1");
  }

  /** The replay keeps all keys and labels in memory, and a record may have a megabyte of either. */
  @Test
  void run_keysAndLabelsThatAreTooLong_areSkipped() {
    String key = "cat/" + "k".repeat(4_092);
    Path index = folder.resolve("replay/index.json");
    rig.polls.add(
        () -> {
          rig.both("cat/1");
          rig.label("cat/1", "x".repeat(Labels.MAX_CHARACTERS + 1));
          rig.label("cat/2", "y".repeat(1_000_000));
          rig.both(key);
          rig.both(key + "k");
          rig.pass(Duration.ofSeconds(1));
        });
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(1)));
    rig.run(Configs.topics(folder, 9, 100), rig::learn);

    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .startsWith("the topics so far: 2 labelled, 0 late, 0 contradicting,")
        .endsWith(" 4 skipped, 0 unreadable");
    assertThat(index).content().contains("\"cat/1\":\"cat\"", key).hasSizeLessThan(20_000);
  }

  /** For example, images without a label are evicted all the time. */
  @Test
  void run_countsThatChangeAllTheTime_areToldOnceAMinute_andBeforeARound() {
    for (int second = 0; second < 120; second++) {
      rig.polls.add(
          () -> {
            rig.send("images", 0, null, png("cat/1"));
            rig.pass(Duration.ofSeconds(1));
          });
    }
    rig.polls.add(() -> keys(1).forEach(rig::both));
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.rounds).hasSize(1);
    assertThat(rig.told.warnings)
        .extracting(warning -> warning.replaceAll(".* (\\d+) skipped.*", "$1"))
        .containsExactly("1", "61", "120");
  }

  @Test
  void run_eventsInOtherFormats_areReadAsTheTopologyReadsThem() {
    List<String> keys = keys(1);
    rig.polls.add(
        () -> {
          for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i);
            String image = Base64.getUrlEncoder().withoutPadding().encodeToString(png(key));
            String label = "{\"label\":\"" + name(key) + "\"}";
            if (i % 2 == 0) {
              rig.send("images", key, "Application/JSON", "{\"photo\":\"" + image + "\"}");
              rig.send("labels", key, "application/vnd.labels+json", label);
            } else {
              String event = "{\"specversion\":\"1.0\",\"data\":%s}";
              String type = "application/cloudevents+json";
              rig.send("images", key, type, event.formatted("\"" + image + "\""));
              rig.send("labels", key, type, event.formatted(label));
            }
          }
          rig.send("images", "cat/none", "application/json", "{}");
          rig.send("labels", "cat/none", "application/json", "{}");
          rig.pass(Duration.ofSeconds(1));
        });
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(1)));
    rig.run(Configs.topics(folder, Map.of("image.field", "photo"), 9, 6), rig::learn);

    assertThat(rig.rounds).hasSize(1);
    assertThat(StreamTrainingRig.keysOf(rig.rounds.get(0)))
        .containsExactlyInAnyOrderElementsOf(keys);
    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .contains("1 skipped, 1 unreadable; not understood, for example ", "-0 at offset 6: ");
  }

  @Test
  void run_labelledImagesByASchemaRegistry_areLearntFrom() throws Exception {
    List<String> keys = keys(1);
    try (SchemaRegistryStub registry = new SchemaRegistryStub()) {
      int image = registry.register("images-value", "AVRO", "\"bytes\"");
      int label =
          registry.register(
              "labels-value",
              "PROTOBUF",
              "syntax = \"proto3\"; message Labelled { string label = 1; }");
      rig.polls.add(
          () -> {
            for (String key : keys) {
              byte[] png = png(key);
              ByteBuffer length = ByteBuffer.allocate(10); // zigzag, seven bits a byte
              for (int rest = 2 * png.length; rest != 0; rest >>>= 7) {
                length.put((byte) (rest > 127 ? rest | 128 : rest));
              }
              rig.send("images", 0, bytes(key), framed(image, length.flip(), png));
              byte[] name = bytes(name(key));
              byte[] start = {0, 1 << 3 | 2, (byte) name.length};
              rig.send("labels", 0, bytes(key), framed(label, ByteBuffer.wrap(start), name));
            }
            rig.send("labels", 0, bytes("cat/none"), framed(99, ByteBuffer.allocate(1), bytes("")));
            rig.pass(Duration.ofSeconds(1));
          });
      rig.polls.add(() -> rig.pass(Duration.ofSeconds(1)));
      Map<String, String> events = Map.of("schema.registry.url", registry.url());
      rig.run(Configs.topics(folder, events, 9, 6), rig::learn);
    }

    assertThat(rig.rounds).hasSize(1);
    assertThat(StreamTrainingRig.keysOf(rig.rounds.get(0)))
        .containsExactlyInAnyOrderElementsOf(keys);
    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .contains("1 skipped, 0 unreadable", "labels-0 at offset 6: the value holds no label: a");
  }

  /** Otherwise, the training would only count them, and nobody would know why it does not begin. */
  @Test
  void run_imagesThatAreStoredElsewhere_areSaid() {
    rig.polls.add(
        () -> {
          rig.send("images", "cat/1", "application/json", "{\"dataref\":\"https://a/1.png\"}");
          rig.pass(Duration.ofSeconds(1));
        });
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(1)));
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .endsWith(
            "1 unreadable; not understood, for example images-0 at offset 0: the image is stored"
                + " elsewhere, and a training does not fetch images; send the image itself");
  }

  private static byte[] framed(int schema, ByteBuffer start, byte[] rest) {
    return WireFormat.frame(schema, start.remaining() + rest.length).put(start).put(rest).array();
  }

  @Test
  void reader_waitsForASchemaRegistryThatDoesNotAnswer_andTellsItOnce() throws Exception {
    try (SchemaRegistryStub registry = new SchemaRegistryStub()) {
      int schema = registry.register("labels-value", "AVRO", "\"string\"");
      Map<String, String> events = Map.of("schema.registry.url", registry.url());
      Replay replay = new Replay(folder.resolve("replay"), 9, encoded -> {}, rig.clock().instant());
      TopicReader reader =
          new TopicReader(
              Configs.topics(folder, events, 9, 6),
              rig.broker,
              names -> rig.ids,
              replay,
              rig.told,
              () -> rig.nanos);
      for (int status : List.of(503, 429)) {
        registry.refuse(status);
        rig.polls.add(() -> rig.send("labels", 0, bytes("cat/1"), avro(schema, "cat")));
        reader.poll();
        assertThat(reader.trouble())
            .hasValue(
                "new records are read again every 10 s, because the schema registry does not"
                    + " answer");
        assertThat(reader.behind()).isEmpty();
        rig.pass(TopicReader.REFRESH);
      }
      rig.polls.add(() -> rig.image("cat/1"));
      reader.poll();
      assertThat(reader.trouble()).as("after a poll without the label").isPresent();

      registry.refuse(0);
      rig.polls.add(
          () -> {
            assertThat(rig.broker.position(new TopicPartition("labels", 0))).isZero();
            rig.send("labels", 0, bytes("cat/1"), avro(schema, "cat"));
          });
      reader.poll();

      assertThat(replay.keys()).containsExactly("cat/1");
      assertThat(reader.trouble()).isEmpty();
      assertThat(reader.behind()).hasValue(0);
    }
    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .startsWith("new records have to wait, and are read again every 10 s: the schema registry")
        .contains("status 503");
  }

  /** Returns a text in Avro and in the registry's wire format. */
  private static byte[] avro(int schema, String text) {
    byte[] bytes = bytes(text);
    return framed(schema, ByteBuffer.wrap(new byte[] {(byte) (2 * bytes.length)}), bytes);
  }

  @Test
  void run_aSchemaRegistryThatRefuses_endsAndSaysSo() throws Exception {
    try (SchemaRegistryStub registry = new SchemaRegistryStub()) {
      registry.refuse(401);
      Map<String, String> events = Map.of("schema.registry.url", registry.url());
      rig.polls.add(() -> rig.send("images", 0, bytes("cat/1"), avro(1, "cat")));
      rig.polls.add(() -> {});
      assertThatExceptionOfType(TrainingException.class)
          .isThrownBy(() -> rig.run(Configs.topics(folder, events, 9, 6), rig::learn))
          .withMessageContaining("refuses /schemas/ids/1 with status 401");
    }
  }

  /** Retention removes records that a training has not read yet, for example during a round. */
  @Test
  void run_recordsThatAreDeletedBeforeTheyAreRead_areTold() {
    List<String> keys = keys(1);
    TopicPartition labels = new TopicPartition("labels", 0);
    rig.polls.add(
        () -> {
          rig.ends.put(labels, 7L);
          rig.broker.updateBeginningOffsets(Map.of(labels, 7L));
          rig.broker.setPollException(new OffsetOutOfRangeException(Map.of(labels, 4L)));
        });
    rig.polls.add(() -> keys.forEach(rig::both));
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.rounds).hasSize(1);
    assertThat(rig.told.warnings)
        .containsExactly(
            "partition labels-0 has lost 3 records before they were read: the training was at"
                + " offset 4 and continues at 7; to keep records longer, raise the topic's"
                + " retention.ms");
  }

  @Test
  void run_aTopicThatIsCreatedAgain_isReadFromItsBeginning() {
    List<String> keys = keys(1);
    TopicPartition labels = new TopicPartition("labels", 0);
    rig.polls.add(
        () -> {
          keys.forEach(rig::image);
          keys.subList(0, 3).forEach(key -> rig.label(key, name(key)));
        });
    rig.polls.add(
        () -> {
          rig.ends.put(labels, 0L);
          rig.broker.setPollException(
              new LogTruncationException(
                  Map.of(labels, 3L), Map.of(labels, new OffsetAndMetadata(2))));
        });
    rig.polls.add(() -> keys.subList(3, 6).forEach(key -> rig.label(key, name(key))));
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.rounds).hasSize(1);
    assertThat(rig.told.warnings)
        .containsExactly(
            "partition labels-0 no longer has offset 3, so it is read again from offset 0; the"
                + " topic was created again, or has lost records that were read");
  }

  /** The broker has the offsets at which the training was, but they are of other records. */
  @Test
  void run_aTopicWithAnotherId_isReadFromItsBeginning() {
    List<String> keys = keys(1);
    TopicPartition labels = new TopicPartition("labels", 0);
    rig.ids.putAll(Map.of("images", "i", "labels", "l"));
    rig.polls.add(
        () -> {
          keys.forEach(rig::image);
          rig.label("cat/0", "cat");
        });
    rig.polls.add(() -> rig.pass(TopicReader.REFRESH));
    rig.run(Configs.topics(folder, 9, 6), rig::learn);
    assertThat(rig.told.warnings).isEmpty();

    rig.restart();
    rig.ids.put("labels", "m");
    rig.polls.add(
        () -> {
          assertThat(rig.broker.position(labels)).isZero();
          assertThat(rig.broker.position(new TopicPartition("images", 0))).isEqualTo(6);
          rig.ends.put(labels, 0L);
          keys.subList(1, 6).forEach(key -> rig.label(key, name(key)));
          rig.pass(TopicReader.REFRESH);
        });
    rig.polls.add(() -> rig.pass(TopicReader.REFRESH));
    rig.run(Configs.topics(folder, 9, 6), rig::learn);
    rig.restart();
    rig.polls.add(() -> assertThat(rig.broker.position(labels)).isEqualTo(5));
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.rounds).hasSize(1);
    assertThat(rig.told.warnings)
        .containsExactly(
            "topic 'labels' was deleted and created again, so it is read from its beginning");
  }

  /** Otherwise, the reader would ask for the ends of the missing partitions in vain. */
  @Test
  void run_aTopicThatIsCreatedAgainWithFewerPartitions_isNotWaitedFor() {
    rig.broker.partitions("labels", 2);
    rig.polls.add(
        () -> {
          rig.broker.updatePartitions(
              "labels", List.of(new PartitionInfo("labels", 0, null, null, null)));
          rig.broker.missing = Set.of(new TopicPartition("labels", 1));
          rig.pass(TopicReader.REFRESH);
        });
    rig.polls.add(() -> keys(1).forEach(rig::both));
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.rounds).hasSize(1);
    assertThat(rig.told.warnings).isEmpty();
    assertThat(rig.told.waits).containsExactly("");
  }

  @Test
  void run_newPartitions_areReadFromTheirBeginning() {
    List<String> keys = keys(1);
    rig.polls.add(
        () -> {
          keys.subList(0, 5).forEach(rig::both);
          rig.broker.partitions("images", 2);
          rig.pass(TopicReader.REFRESH);
        });
    rig.polls.add(
        () -> {
          String key = keys.get(5);
          rig.label(key, name(key));
          rig.send("images", 1, bytes(key), png(key));
        });
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.rounds).hasSize(1);
  }

  @Test
  void run_aBrokerThatIsAway_isWarnedOfOnceAndWaitedFor() {
    List<String> keys = keys(1);
    rig.polls.add(
        () -> {
          rig.broker.away = true;
          rig.pass(TopicReader.REFRESH);
        });
    rig.polls.add(() -> rig.pass(TopicReader.REFRESH));
    rig.polls.add(
        () -> {
          rig.broker.away = false;
          rig.pass(TopicReader.REFRESH);
        });
    rig.polls.add(() -> keys.forEach(rig::both));
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.told.warnings).singleElement().asString().contains("broker");
    assertThat(rig.told.waits)
        .containsExactly(
            "", "the broker cannot be reached; waiting for it, and nothing is lost", "");
    assertThat(rig.rounds).hasSize(1);
  }

  @Test
  void run_aTopicThatIsNotThere_isWaitedFor() {
    List<String> keys = keys(1);
    rig.broker.updatePartitions("labels", List.of());
    BooleanSupplier stop =
        new BooleanSupplier() {
          private int asked;

          @Override
          public boolean getAsBoolean() {
            asked++;
            if (asked == 2) {
              rig.broker.partitions("labels", 1);
              rig.pass(TopicReader.REFRESH);
              rig.broker.schedulePollTask(() -> keys.forEach(rig::both));
            }
            return !rig.rounds.isEmpty();
          }
        };
    TrainingData.Topics topics = Configs.topics(folder, 9, 6);
    new StreamTraining(
            Configs.config(folder, topics),
            topics,
            Optional.empty(),
            rig.told,
            stop,
            rig.clock(),
            () -> rig.nanos,
            rig::learn)
        .run(rig.broker, names -> rig.ids);

    assertThat(rig.told.warnings).singleElement().asString().contains("'labels'");
    assertThat(rig.told.waits)
        .containsExactly("topic 'labels' does not exist yet; waiting for it", "");
    assertThat(rig.rounds).hasSize(1);
  }

  @Test
  void run_thatMayNotRead_endsAndSaysSo() {
    rig.polls.add(
        () -> rig.broker.setPollException(new TopicAuthorizationException("not for you")));
    rig.polls.add(() -> {});
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> rig.run(Configs.topics(folder, 9, 6), rig::learn))
        .withMessageContaining("'images' and 'labels' cannot be read (not for you)")
        .withMessageContaining("ask for the right Read on both topics");
  }

  @Test
  void run_withKeysThatAreWrong_endsAndSaysSo() {
    TrainingData.Topics topics =
        new TrainingData.Topics(
            "images",
            "labels",
            Map.of(),
            new KafkaAccess(Map.of("bootstrap.servers", "no port")),
            folder,
            9,
            1,
            Configs.EVERY_TIME,
            Configs.SPLIT,
            new ClassRule(1));
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(
            () ->
                new StreamTraining(
                        Configs.config(folder, topics),
                        topics,
                        Optional.empty(),
                        rig.told,
                        () -> true)
                    .run())
        .withMessageContaining("no port");
  }

  @Test
  void topics_ofOneName_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TrainingData.Topics(
                    "images",
                    "images",
                    Map.of(),
                    new KafkaAccess(Map.of()),
                    folder,
                    9,
                    1,
                    Configs.EVERY_TIME,
                    Configs.SPLIT,
                    new ClassRule(1)))
        .withMessageContaining("labels-topic: 'images'");
  }

  @Test
  void negativeTimeBetweenRounds_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TrainingData.Topics(
                    "images",
                    "labels",
                    Map.of(),
                    new KafkaAccess(Map.of()),
                    folder,
                    9,
                    1,
                    Duration.ofMinutes(-5),
                    Configs.SPLIT,
                    new ClassRule(1)))
        .withMessage("every-minutes: -5 must be at least 0");
  }
}
