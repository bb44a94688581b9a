package dev.millrace.trainer.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.gate.BaseChampion;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A training from topics with mock clients, a clock that the test sets, and a trainer that does not
 * train but only records its rounds.
 */
final class StreamTrainingRig {

  static final List<String> NAMES = List.of("cat", "dog");

  private final Path folder;

  final Told told = new Told();
  final List<LabelledImages> rounds = new ArrayList<>();
  final Queue<Runnable> polls = new ArrayDeque<>();
  final Map<TopicPartition, Long> ends = new HashMap<>();
  final Map<String, String> ids = new HashMap<>();
  long nanos;
  boolean isStopped;
  Broker broker = new Broker();

  StreamTrainingRig(Path folder) {
    this.folder = folder;
  }

  /** The consumer of a simulated broker. */
  final class Broker extends MockConsumer<byte[], byte[]> {
    boolean away;

    /** Partitions whose ends nobody knows. */
    Set<TopicPartition> missing = Set.of();

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

    /** Runs the next task. A poll without a task stops the training. */
    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      isStopped |= polls.isEmpty();
      if (!polls.isEmpty()) {
        schedulePollTask(polls.remove());
      }
      return super.poll(timeout);
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
      if (away) {
        throw new TimeoutException("nobody answers");
      }
      return super.partitionsFor(topic, timeout);
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(
        Collection<TopicPartition> partitions, Duration timeout) {
      if (partitions.stream().anyMatch(missing::contains)) {
        throw new TimeoutException("nobody knows the ends");
      }
      return super.endOffsets(partitions, timeout);
    }
  }

  void send(String topic, int partition, byte[] key, byte[] value) {
    send(topic, partition, key, value, Map.of());
  }

  /** Sends a text to partition 0 of a topic, with a content type. */
  void send(String topic, String key, String type, String value) {
    send(topic, 0, bytes(key), bytes(value), Map.of("Content-Type", type));
  }

  private void send(
      String topic, int partition, byte[] key, byte[] value, Map<String, String> headers) {
    TopicPartition to = new TopicPartition(topic, partition);
    long offset = ends.merge(to, 1L, Long::sum) - 1;
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(topic, partition, offset, key, value);
    headers.forEach((name, text) -> record.headers().add(name, bytes(text)));
    broker.addRecord(record);
    broker.updateEndOffsets(Map.of(to, offset + 1));
  }

  void image(String key) {
    send("images", 0, key.getBytes(UTF_8), png(key));
  }

  void label(String key, String name) {
    send("labels", 0, key.getBytes(UTF_8), name.getBytes(UTF_8));
  }

  void both(String key) {
    label(key, name(key));
    image(key);
  }

  /** Returns the name of the class, which is part of the key, for example {@code cat/1}. */
  static String name(String key) {
    return key.substring(0, key.indexOf('/'));
  }

  /** Returns a PNG of noise, which is dark for a cat and bright for every other class. */
  static byte[] png(String key) {
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

  /**
   * Returns {@code 3 * triples} keys of each class. A class needs three different images so that
   * each part has one.
   */
  static List<String> keys(int triples) {
    return NAMES.stream().flatMap(name -> keys(name, 3 * triples)).toList();
  }

  static Stream<String> keys(String name, int count) {
    return IntStream.range(0, count).mapToObj(i -> name + "/" + i);
  }

  Optional<Weights> learn(
      TrainingConfig round,
      LabelledImages images,
      TrainingListener listener,
      BooleanSupplier stop,
      String name,
      Optional<BaseChampion> base) {
    rounds.add(images);
    return Optional.of(HeInitialization.of(round.network().withClasses(images.labels().size()), 1));
  }

  /** Runs the training until all tasks in {@link #polls} are done, or one of them stops it. */
  void run(TrainingData.Topics topics, RoundTrainer trainer) {
    isStopped = false;
    new StreamTraining(
            Configs.config(folder, topics),
            topics,
            Optional.empty(),
            told,
            () -> isStopped,
            clock(),
            () -> nanos,
            trainer)
        .run(broker, names -> ids);
  }

  Clock clock() {
    InstantSource source = () -> Instant.EPOCH.plusNanos(nanos);
    return source.withZone(ZoneOffset.UTC);
  }

  void restart() {
    broker.close();
    broker = new Broker();
  }

  void pass(Duration time) {
    nanos += time.toNanos();
  }

  static List<String> keysOf(LabelledImages images) {
    return images.images().stream().map(LabelledImage::key).toList();
  }

  /** Makes all writes below a folder fail, until {@link #restore} is called. */
  static void replaceByAFile(Path home) {
    try {
      Files.move(home, home.resolveSibling("away"));
      Files.writeString(home, "");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void restore(Path home) {
    try {
      Files.delete(home);
      Files.move(home.resolveSibling("away"), home);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
