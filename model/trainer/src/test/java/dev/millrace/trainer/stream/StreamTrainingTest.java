package dev.millrace.trainer.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.run.TrainingRun;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamTrainingTest {

  private static final List<String> NAMES = List.of("cat", "dog");

  @TempDir private Path folder;

  private final Told told = new Told();
  private final List<LabelledImages> rounds = new ArrayList<>();
  private final Queue<Runnable> polls = new ArrayDeque<>();
  private final Map<TopicPartition, Long> ends = new HashMap<>();
  private long nanos;
  private Broker broker = new Broker();

  /** What a consumer would say of a broker. */
  private final class Broker extends MockConsumer<byte[], byte[]> {
    private boolean away;

    Broker() {
      super("earliest");
      partitions("images", 1);
      partitions("labels", 1);
    }

    void partitions(String topic, int count) {
      List<PartitionInfo> infos = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        infos.add(new PartitionInfo(topic, i, null, null, null));
        TopicPartition partition = new TopicPartition(topic, i);
        ends.putIfAbsent(partition, 0L);
        updateBeginningOffsets(Map.of(partition, 0L));
        updateEndOffsets(Map.of(partition, ends.get(partition)));
      }
      updatePartitions(topic, infos);
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
      if (away) {
        throw new TimeoutException("nobody answers");
      }
      return super.partitionsFor(topic, timeout);
    }
  }

  private void send(String topic, int partition, byte[] key, byte[] value) {
    TopicPartition to = new TopicPartition(topic, partition);
    long offset = ends.merge(to, 1L, Long::sum) - 1;
    broker.addRecord(new ConsumerRecord<>(topic, partition, offset, key, value));
    broker.updateEndOffsets(Map.of(to, offset + 1));
  }

  private void image(String key) {
    send("images", 0, key.getBytes(UTF_8), png(key));
  }

  private void label(String key, String name) {
    send("labels", 0, key.getBytes(UTF_8), name.getBytes(UTF_8));
  }

  private void both(String key) {
    label(key, name(key));
    image(key);
  }

  /** The class follows from the key, {@code cat/1} for example. */
  private static String name(String key) {
    return key.substring(0, key.indexOf('/'));
  }

  /** Noise, dark for a cat and bright for all others. */
  private static byte[] png(String key) {
    Random random = new Random(key.hashCode());
    var picture = new BufferedImage(Configs.SIDE, Configs.SIDE, BufferedImage.TYPE_3BYTE_BGR);
    int base = name(key).equals("cat") ? 0 : 128;
    for (int i = 0; i < Configs.SIDE * Configs.SIDE; i++) {
      int value = base + random.nextInt(128);
      picture.setRGB(i % Configs.SIDE, i / Configs.SIDE, value << 16 | value << 8 | value);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  /** Keys of both classes, of each part of each. */
  private static List<String> keys(int perPart) {
    return NAMES.stream()
        .flatMap(name -> Stream.of(Part.values()).flatMap(part -> keys(name, part).limit(perPart)))
        .toList();
  }

  private static Stream<String> keys(String name, Part part) {
    return IntStream.range(0, 10_000)
        .mapToObj(i -> name + "/" + i)
        .filter(key -> Part.of(key, 0.4) == part);
  }

  private Optional<Weights> learn(
      TrainingConfig round,
      LabelledImages images,
      TrainingListener listener,
      BooleanSupplier stop,
      String name) {
    rounds.add(images);
    return Optional.of(HeInitialization.of(round.network().withClasses(images.labels().size()), 1));
  }

  /** Polls as often as there is something to be done, then stops. */
  private void run(TrainingData.Topics topics, RoundTrainer trainer) {
    BooleanSupplier stop =
        () -> {
          if (polls.isEmpty()) {
            return true;
          }
          broker.schedulePollTask(polls.remove());
          return false;
        };
    new StreamTraining(
            Configs.config(folder, topics), topics, told, stop, clock(), () -> nanos, trainer)
        .run(broker);
  }

  private Clock clock() {
    InstantSource source = () -> Instant.EPOCH.plusNanos(nanos);
    return source.withZone(ZoneOffset.UTC);
  }

  private void restart() {
    broker.close();
    broker = new Broker();
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  private static List<String> keysOf(LabelledImages images) {
    return images.images().stream().map(LabelledImage::key).toList();
  }

  @Test
  void run_enoughNewLabels_trainsOnWhatIsThere() {
    List<String> keys = keys(1);
    polls.add(() -> keys.subList(0, 5).forEach(this::both));
    polls.add(() -> keys.subList(5, 6).forEach(this::both));
    polls.add(() -> {});
    run(Configs.topics(folder, 9, 6), this::learn);

    assertThat(rounds)
        .singleElement()
        .satisfies(
            images -> {
              assertThat(images.labels().names()).isEqualTo(NAMES);
              assertThat(keysOf(images)).isEqualTo(keys.stream().sorted().toList());
            });
    assertThat(told.warnings).isEmpty();
  }

  @Test
  void run_afterTheTime_trainsIfALabelIsNew() {
    List<String> keys = keys(1);
    polls.add(() -> keys.forEach(this::both));
    polls.add(() -> pass(Configs.EVERY_TIME.minusNanos(1)));
    polls.add(() -> assertThat(rounds).isEmpty());
    polls.add(() -> pass(Duration.ofNanos(1)));
    polls.add(() -> assertThat(rounds).hasSize(1));
    polls.add(() -> pass(Configs.EVERY_TIME));
    polls.add(() -> assertThat(rounds).hasSize(1));
    polls.add(() -> both("cat/new"));
    polls.add(() -> {});
    run(Configs.topics(folder, 9, 100), this::learn);

    assertThat(rounds).hasSize(2);
    assertThat(keysOf(rounds.get(1))).contains("cat/new").hasSize(7);
  }

  @Test
  void run_moreIsOnTheTopics_isReadBeforeItTrains() {
    List<String> keys = keys(2);
    polls.add(
        () -> {
          broker.setMaxPollRecords(6);
          keys.forEach(this::both);
        });
    for (int i = 0; i < 4; i++) {
      polls.add(() -> {});
    }
    run(Configs.topics(folder, 100, 2), this::learn);

    assertThat(told.warnings).isEmpty();
    assertThat(keysOf(rounds.get(0))).hasSize(keys.size());
  }

  @Test
  void run_moreIsOnTheTopicsThanTheReplayKeeps_trainsAllTheSame() {
    List<String> keys = keys(1);
    polls.add(
        () -> {
          keys.forEach(this::both);
          broker.updateEndOffsets(Map.of(new TopicPartition("labels", 0), 1_000L));
        });
    run(Configs.topics(folder, keys.size(), 2), this::learn);

    assertThat(rounds).hasSize(1);
  }

  @Test
  void run_afterARestart_goesOnWhereTheDiskSays() {
    List<String> keys = keys(1);
    polls.add(() -> keys.subList(0, 3).forEach(this::both));
    run(Configs.topics(folder, 9, 6), this::learn);
    restart();
    polls.add(
        () -> {
          assertThat(broker.position(new TopicPartition("labels", 0))).isEqualTo(3);
          assertThat(broker.position(new TopicPartition("images", 0))).isEqualTo(3);
          keys.subList(3, 6).forEach(this::both);
        });
    run(Configs.topics(folder, 9, 6), this::learn);

    assertThat(rounds).singleElement().satisfies(images -> assertThat(keysOf(images)).hasSize(6));
  }

  @Test
  void run_stoppedInARound_trainsItAfterTheRestart() {
    List<String> keys = keys(1);
    polls.add(() -> keys.forEach(this::both));
    run(Configs.topics(folder, 9, 6), (round, images, listener, stop, name) -> Optional.empty());
    restart();
    polls.add(() -> {});
    run(Configs.topics(folder, 9, 6), this::learn);

    assertThat(rounds).hasSize(1);
  }

  @Test
  void run_aRoundThatDiverges_isFollowedByTheNextLabels() {
    List<String> begun = new ArrayList<>();
    polls.add(() -> keys(1).forEach(this::both));
    polls.add(() -> {});
    polls.add(
        () -> {
          assertThat(begun).hasSize(1);
          keys("cat", Part.TRAINING).skip(1).limit(6).forEach(this::both);
        });
    run(
        Configs.topics(folder, 100, 6),
        (round, images, listener, stop, name) -> {
          begun.add(name);
          listener.began(name, 1, 1, 0, 1);
          throw new TrainingException("the loss is NaN");
        });

    assertThat(begun).containsExactly("round-000001", "round-000001");
    assertThat(told.warnings).hasSize(2).allMatch(warning -> warning.contains("NaN"));
  }

  @Test
  void run_thatMayNotRead_endsAndSaysSo() {
    polls.add(() -> broker.setPollException(new TopicAuthorizationException("not for you")));
    polls.add(() -> {});
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> run(Configs.topics(folder, 9, 6), this::learn))
        .withMessageContaining("not for you");
  }

  @Test
  void topics_ofOneName_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TrainingData.Topics(
                    "images",
                    "images",
                    new KafkaAccess(Map.of()),
                    folder,
                    9,
                    1,
                    Configs.EVERY_TIME,
                    0.4))
        .withMessageContaining("labels-topic: 'images'");
  }

  @Test
  void run_whatCannotTrainYet_isPutOff() {
    List<String> keys = keys(1);
    List<String> cats = keys.stream().filter(key -> key.startsWith("cat")).toList();
    String heldOutDog = keys("dog", Part.GATE).findFirst().orElseThrow();
    String dog = keys("dog", Part.TRAINING).findFirst().orElseThrow();
    polls.add(() -> cats.forEach(this::both));
    polls.add(() -> both(heldOutDog));
    polls.add(() -> {});
    polls.add(() -> both(dog));
    run(Configs.topics(folder, 9, 1), this::learn);

    assertThat(told.warnings).hasSize(2);
    assertThat(told.warnings.get(0)).contains("put off").contains("second class");
    assertThat(told.warnings.get(1)).contains("put off").contains("'dog' to train on");
    assertThat(rounds).hasSize(1);
  }

  @Test
  void run_nothingHeldOut_isPutOff() {
    polls.add(() -> NAMES.forEach(name -> keys(name, Part.TRAINING).limit(2).forEach(this::both)));
    run(Configs.topics(folder, 9, 1), this::learn);

    assertThat(told.warnings).singleElement().asString().contains("held out");
    assertThat(rounds).isEmpty();
  }

  @Test
  void run_recordsThatAreNoLabelledImages_areCountedInOneLine() {
    polls.add(
        () -> {
          send("images", 0, null, png("cat/1"));
          send("images", 0, bytes("cat/1"), null);
          send("labels", 0, bytes("cat/1"), null);
          send("labels", 0, null, bytes("cat"));
          label("cat/1", " \n");
          label("cat/1", "two\nlines");
          send("labels", 0, bytes("cat/1"), new byte[] {(byte) 0xff});
          send("labels", 0, bytes("cat/2"), bytes("cat\n"));
          send("images", 0, bytes("cat/2"), bytes("no image"));
          pass(Duration.ofSeconds(1));
        });
    polls.add(() -> pass(Duration.ofSeconds(1)));
    run(Configs.topics(folder, 9, 1), this::learn);

    assertThat(told.warnings)
        .containsExactly(
            "the topics so far: 0 labelled, 0 late, 0 contradicting, 0 evicted, 7 skipped,"
                + " 1 unreadable");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void run_newPartitions_areReadFromTheirBeginning() {
    List<String> keys = keys(1);
    polls.add(
        () -> {
          keys.subList(0, 5).forEach(this::both);
          broker.partitions("images", 2);
          pass(TopicReader.REFRESH);
        });
    polls.add(
        () -> {
          String key = keys.get(5);
          label(key, name(key));
          send("images", 1, bytes(key), png(key));
        });
    run(Configs.topics(folder, 9, 6), this::learn);

    assertThat(rounds).hasSize(1);
  }

  @Test
  void run_aBrokerThatIsAway_isWarnedOfOnceAndWaitedFor() {
    List<String> keys = keys(1);
    polls.add(
        () -> {
          broker.away = true;
          pass(TopicReader.REFRESH);
        });
    polls.add(() -> pass(TopicReader.REFRESH));
    polls.add(
        () -> {
          broker.away = false;
          pass(TopicReader.REFRESH);
        });
    polls.add(() -> keys.forEach(this::both));
    run(Configs.topics(folder, 9, 6), this::learn);

    assertThat(told.warnings).singleElement().asString().contains("broker");
    assertThat(rounds).hasSize(1);
  }

  @Test
  void run_aTopicThatIsNotThere_isWaitedFor() {
    List<String> keys = keys(1);
    broker.updatePartitions("labels", List.of());
    BooleanSupplier stop =
        new BooleanSupplier() {
          private int asked;

          @Override
          public boolean getAsBoolean() {
            asked++;
            if (asked == 2) {
              broker.partitions("labels", 1);
              pass(TopicReader.REFRESH);
              broker.schedulePollTask(() -> keys.forEach(StreamTrainingTest.this::both));
            }
            return asked > 2;
          }
        };
    TrainingData.Topics topics = Configs.topics(folder, 9, 6);
    new StreamTraining(
            Configs.config(folder, topics), topics, told, stop, clock(), () -> nanos, this::learn)
        .run(broker);

    assertThat(told.warnings).singleElement().asString().contains("'labels'");
    assertThat(rounds).hasSize(1);
  }

  @Test
  void run_withKeysThatAreWrong_endsAndSaysSo() {
    TrainingData.Topics topics =
        new TrainingData.Topics(
            "images",
            "labels",
            new KafkaAccess(Map.of("bootstrap.servers", "no port")),
            folder,
            9,
            1,
            Configs.EVERY_TIME,
            0.4);
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(
            () ->
                new StreamTraining(Configs.config(folder, topics), topics, told, () -> true).run())
        .withMessageContaining("no port");
  }

  @Test
  void run_withLibtorch_exportsEachRoundAsTheChildOfTheOneBefore() {
    List<String> keys = keys(6);
    polls.add(() -> keys.subList(0, 33).forEach(this::both));
    polls.add(() -> keys.subList(33, 36).forEach(this::both));
    polls.add(() -> {});
    run(
        Configs.topics(folder, 100, 3),
        (round, images, listener, stop, name) ->
            new TrainingRun(round, images, listener, () -> false, System::nanoTime).run(name));

    assertThat(told.rounds).containsExactly("round-000001 on 12+21", "round-000002 on 12+24");
    assertThat(told.versions).hasSize(2);
    assertThat(told.versions.get(1).manifest().parentVersion()).isEqualTo(1);
  }
}
