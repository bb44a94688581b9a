package dev.millrace.trainer.pretrain;

import dev.millrace.control.GrouplessConsumer;
import dev.millrace.control.KafkaAccess;
import dev.millrace.core.files.Sha256;
import dev.millrace.core.training.OtherOptionsException;
import dev.millrace.core.training.PretrainingData;
import dev.millrace.core.training.PretrainingListener;
import dev.millrace.core.training.TrainingException;
import dev.millrace.events.ImageEvent;
import dev.millrace.registry.RegistryException;
import dev.millrace.registry.SchemaRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads the newest images of a topic into the run's folder, once. A run that is resumed uses the
 * same images. Equal images are kept once. Records that are written while the snapshot is read are
 * left out. Confined to one thread.
 */
public final class TopicSnapshot {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final PretrainingData.Topic topic;
  private final PretrainingListener listener;
  private final BooleanSupplier stop;
  private final SnapshotFolder folder;
  private final Deserializer<ImageEvent> events;
  private final TreeSet<Kept> kept =
      new TreeSet<>(
          Comparator.comparingLong(Kept::timestamp)
              .thenComparingInt(Kept::partition)
              .thenComparingLong(Kept::offset));
  private final Set<String> contents = new HashSet<>();
  private int skipped;
  private int equal;

  /** An image that is in the folder. */
  private record Kept(long timestamp, int partition, long offset, String content) {}

  /**
   * Creates an object that does not read the topic before {@link #images()} is called.
   *
   * @param topic the topic, and how many images are kept
   * @param run the run's folder
   * @param listener receives the numbers of read and skipped records
   * @param stop called between polls; if it returns true, reading stops
   * @throws TrainingException if the folder cannot be used
   */
  public TopicSnapshot(
      PretrainingData.Topic topic, Path run, PretrainingListener listener, BooleanSupplier stop) {
    this.topic = topic;
    this.listener = listener;
    this.stop = stop;
    this.folder = new SnapshotFolder(run.resolve("images"));
    this.events = SchemaRegistry.imageSerde(topic.events()).deserializer();
  }

  /**
   * {@return the images of the topic, or of the snapshot in the run's folder; empty if reading was
   * stopped}
   *
   * @throws TrainingException if the topic cannot be read or holds no image
   */
  public Optional<UnlabelledImages> images() {
    Optional<Snapshot> saved = folder.saved();
    if (saved.isPresent()) {
      requireSameTopic(saved.get());
      return saved.map(folder::images);
    }
    Map<String, Object> config = GrouplessConsumer.config(KafkaAccess.keysOf(topic.broker()));
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return read(consumer);
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  private void requireSameTopic(Snapshot saved) {
    if (!saved.topic().equals(topic.images())) {
      throw new OtherOptionsException(
          folder.toString(), "images-topic", saved.topic(), topic.images());
    }
  }

  /** {@return the images of the topic; empty if reading was stopped} */
  Optional<UnlabelledImages> read(Consumer<byte[], byte[]> consumer) {
    folder.clear();
    Map<TopicPartition, Long> ends = begin(consumer);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      if (stop.getAsBoolean()) {
        return Optional.empty();
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
          take(record);
        }
      }
    }
    listener.warned(
        "topic '"
            + topic.images()
            + "': "
            + kept.size()
            + " images are read, "
            + skipped
            + " records without a readable image are skipped, "
            + equal
            + " equal images are left out");
    if (kept.isEmpty()) {
      throw new TrainingException(
          "the topic '"
              + topic.images()
              + "' holds no readable image; send some, or name another topic with --images-topic");
    }
    Snapshot snapshot = new Snapshot(topic.images(), kept.stream().map(this::entry).toList());
    folder.save(snapshot);
    return Optional.of(folder.images(snapshot));
  }

  private Snapshot.Entry entry(Kept image) {
    return new Snapshot.Entry(
        topic.images() + "/" + image.partition() + "/" + image.offset(), image.content());
  }

  /**
   * Assigns all partitions to the consumer. Reading begins {@code capacity} offsets before the end
   * of each partition, because more images are not kept.
   *
   * @return the partitions with the offsets of their ends
   */
  private Map<TopicPartition, Long> begin(Consumer<byte[], byte[]> consumer) {
    List<PartitionInfo> infos = consumer.partitionsFor(topic.images(), PATIENCE);
    if (infos == null || infos.isEmpty()) {
      throw new TrainingException(
          "there is no topic '" + topic.images() + "'; name the images' topic with --images-topic");
    }
    List<TopicPartition> partitions =
        infos.stream().map(info -> new TopicPartition(info.topic(), info.partition())).toList();
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions, PATIENCE));
    consumer
        .beginningOffsets(partitions, PATIENCE)
        .forEach(
            (partition, first) ->
                consumer.seek(partition, Math.max(first, ends.get(partition) - topic.capacity())));
    return ends;
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null || !(event(record) instanceof ImageEvent.Encoded image)) {
      skipped++;
      return;
    }
    String content = Sha256.of(image.bytes());
    if (!contents.add(content)) {
      equal++;
      return;
    }
    folder.write(content, image.bytes());
    kept.add(new Kept(record.timestamp(), record.partition(), record.offset(), content));
    if (kept.size() > topic.capacity()) {
      Kept oldest = kept.pollFirst();
      contents.remove(oldest.content());
      folder.remove(oldest.content());
    }
  }

  private ImageEvent event(ConsumerRecord<byte[], byte[]> record) {
    try {
      return events.deserialize(record.topic(), record.headers(), record.value());
    } catch (RegistryException e) {
      throw new TrainingException(e.getMessage(), e);
    }
  }

  private TrainingException failed(KafkaException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new TrainingException(
        "the topic '"
            + topic.images()
            + "' cannot be read ("
            + cause.getMessage()
            + "); "
            + (e instanceof AuthorizationException
                ? "ask for the right Read on the topic on the broker"
                : e instanceof RetriableException
                    ? "check that the broker at --bootstrap-servers runs"
                    : "check the permissions and the Kafka client's configuration"),
        e);
  }
}
