package dev.millrace.trainer.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.training.PretrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.LabelledImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicSnapshotTest {

  @TempDir private Path folder;

  private final HeardPretraining heard = new HeardPretraining();
  private final Broker consumer = new Broker();
  private long nanos;
  private final long[] ends = new long[2];
  private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

  /** The consumer of a simulated broker. */
  private static final class Broker extends MockConsumer<byte[], byte[]> {
    private boolean away;

    Broker() {
      super("earliest");
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(
        Collection<TopicPartition> partitions, Duration timeout) {
      if (away) {
        throw new TimeoutException("nobody answers");
      }
      return super.endOffsets(partitions, timeout);
    }
  }

  private TopicSnapshot snapshot(String topic, int capacity) {
    return new TopicSnapshot(
        new PretrainingData.Topic(topic, Map.of(), new KafkaAccess(Map.of()), capacity),
        folder,
        heard,
        () -> false,
        () -> nanos += 1_000_000_000L);
  }

  private byte[] png(int number) {
    Path file = folder.resolve("sent.png");
    try {
      SmallImages.write(file, 0, 2, number);
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void send(int partition, long timestamp, byte[] value) {
    records.add(
        new ConsumerRecord<>(
            "images",
            partition,
            ends[partition]++,
            timestamp,
            TimestampType.CREATE_TIME,
            0,
            0,
            null,
            value,
            new RecordHeaders(),
            Optional.empty()));
  }

  /**
   * Prepares the topic with the records that were sent. {@code later} sends further records after
   * reading has begun.
   */
  private void prepare(Runnable later) {
    List<PartitionInfo> infos = new ArrayList<>();
    for (int i = 0; i < ends.length; i++) {
      TopicPartition partition = new TopicPartition("images", i);
      infos.add(new PartitionInfo("images", i, null, null, null));
      consumer.updateBeginningOffsets(Map.of(partition, 0L));
      consumer.updateEndOffsets(Map.of(partition, ends[i]));
    }
    consumer.updatePartitions("images", infos);
    consumer.schedulePollTask(
        () -> {
          later.run();
          records.stream()
              .filter(
                  record ->
                      record.offset()
                          >= consumer.position(new TopicPartition("images", record.partition())))
              .forEach(consumer::addRecord);
        });
  }

  private static List<String> keys(Optional<UnlabelledImages> images) {
    return images.orElseThrow().images().stream().map(LabelledImage::key).toList();
  }

  @Test
  void newestImagesOfAllPartitions_areKept_theOldestFirst() throws IOException {
    send(0, 10, png(1));
    send(1, 20, png(2));
    send(0, 30, png(3));
    send(0, 40, png(4));
    send(1, 5, png(5));
    prepare(() -> {});

    Optional<UnlabelledImages> images = snapshot("images", 3).read(consumer);

    assertThat(keys(images)).containsExactly("images/1/0", "images/0/1", "images/0/2");
    assertThat(images.orElseThrow().images().get(0).source().read()).isEqualTo(png(2));
    assertThat(images.orElseThrow().classes()).isEmpty();
    try (var files = Files.list(folder.resolve("images"))) {
      assertThat(files).hasSize(4); // three images and the index
    }
  }

  @Test
  void longPartition_isReadFromItsNewestRecordsOn() {
    for (int i = 0; i < 6; i++) {
      send(0, i, png(i));
    }
    prepare(() -> {});

    assertThat(keys(snapshot("images", 2).read(consumer)))
        .containsExactly("images/0/4", "images/0/5");
  }

  @Test
  void recordsWithoutAnImage_andEqualImages_areCounted() {
    send(0, 1, png(1));
    send(0, 2, null);
    send(0, 3, png(1));
    send(0, 4, "no image".getBytes(StandardCharsets.UTF_8));
    prepare(() -> {});

    assertThat(keys(snapshot("images", 9).read(consumer))).contains("images/0/2");
    assertThat(heard.warnings)
        .singleElement()
        .asString()
        .startsWith("topic 'images': ")
        .endsWith(" 1 equal images are left out");
  }

  @Test
  void repeatedImage_isAsNewAsItsNewestRecord() {
    send(0, 10, png(1));
    send(0, 20, png(2));
    send(0, 30, png(1));
    send(0, 40, png(3));
    send(1, 5, png(3));
    prepare(() -> {});

    assertThat(keys(snapshot("images", 2).read(consumer)))
        .containsExactly("images/0/2", "images/0/3");
  }

  @Test
  void brokerThatGoesAwayDuringTheReading_isAFailure() {
    send(0, 1, png(1));
    prepare(
        () -> {
          consumer.away = true;
          records.clear();
        });

    assertThatThrownBy(() -> snapshot("images", 9).read(consumer))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("the topic 'images' cannot be read (nobody answers); check that the")
        .hasMessageContaining("and start again");
  }

  @Test
  void recordsThatArriveMeanwhile_areLeftOut() {
    send(0, 1, png(1));
    prepare(() -> send(0, 2, png(2)));

    assertThat(keys(snapshot("images", 9).read(consumer))).containsExactly("images/0/0");
  }

  @Test
  void snapshotThatIsComplete_isNotReadAgain() {
    send(0, 1, png(1));
    prepare(() -> {});
    List<String> first = keys(snapshot("images", 9).read(consumer));

    // There is no broker, so reading the topic would fail.
    assertThat(keys(snapshot("images", 9).images())).isEqualTo(first);
    assertThatThrownBy(() -> snapshot("others", 9).images())
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("the newest 9 images of the topic 'images', and not the newest 9")
        .hasMessageContaining("images of the topic 'others'")
        .hasMessageContaining("remove this folder, and run.json and state-*.safetensors in");
    assertThatThrownBy(() -> snapshot("images", 8).images())
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("the newest 9 images of the topic 'images', and not the newest 8");
  }

  @Test
  void snapshotOfAnEarlierRelease_whichDidNotStoreTheNumber_isUsed() throws IOException {
    send(0, 1, png(1));
    prepare(() -> {});
    List<String> first = keys(snapshot("images", 9).read(consumer));
    Path index = folder.resolve("images/snapshot.json");
    Files.writeString(index, Files.readString(index).replace("\"capacity\":9,", ""));

    assertThat(index).content().doesNotContain("capacity");
    assertThat(keys(snapshot("images", 8).images())).isEqualTo(first);
  }

  @Test
  void stop_endsTheReading_andTheNextCallBeginsAnew() {
    send(0, 1, png(1));
    prepare(() -> {});
    PretrainingData.Topic topic =
        new PretrainingData.Topic("images", Map.of(), new KafkaAccess(Map.of()), 9);

    assertThat(new TopicSnapshot(topic, folder, heard, () -> true, () -> 0).read(consumer))
        .isEmpty();
    assertThat(keys(snapshot("images", 9).read(consumer))).containsExactly("images/0/0");
  }

  @Test
  void topicWithoutImages_orNoTopic_isAnError() {
    assertThatThrownBy(() -> snapshot("images", 9).read(consumer))
        .isInstanceOf(TrainingException.class)
        .hasMessage("there is no topic 'images'; name the images' topic");
    send(0, 1, null);
    prepare(() -> {});
    assertThatThrownBy(() -> snapshot("images", 9).read(consumer))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("the topic 'images' holds no readable image");
  }
}
