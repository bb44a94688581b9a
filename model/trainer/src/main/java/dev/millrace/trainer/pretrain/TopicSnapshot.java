package dev.millrace.trainer.pretrain;

import dev.millrace.control.GrouplessConsumer;
import dev.millrace.control.KafkaAccess;
import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.Setting;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
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
  private final LongSupplier nanoTime;
  private final Path run;
  private final SnapshotFolder folder;
  private final Deserializer<ImageEvent> events;
  private final TreeSet<Kept> kept = new TreeSet<>(Kept.OLDEST_FIRST);
  private final Map<String, Kept> byContent = new HashMap<>();
  private int skipped;
  private int equal;

  /** An image that is in the folder, and its newest record. */
  private record Kept(long timestamp, int partition, long offset, String content) {

    static final Comparator<Kept> OLDEST_FIRST =
        Comparator.comparingLong(Kept::timestamp)
            .thenComparingInt(Kept::partition)
            .thenComparingLong(Kept::offset);
  }

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
    this(topic, run, listener, stop, System::nanoTime);
  }

  TopicSnapshot(
      PretrainingData.Topic topic,
      Path run,
      PretrainingListener listener,
      BooleanSupplier stop,
      LongSupplier nanoTime) {
    this.topic = topic;
    this.listener = listener;
    this.stop = stop;
    this.nanoTime = nanoTime;
    this.run = run;
    this.folder = new SnapshotFolder(run.resolve("images"));
    this.events = SchemaRegistry.imageSerde(topic.events()).deserializer();
  }

  /**
   * {@return the images of the topic, or of the snapshot in the run's folder; empty if reading was
   * stopped}
   *
   * @throws TrainingException if the topic cannot be read or holds no image, or if the snapshot is
   *     of another topic or another number of images
   */
  public Optional<UnlabelledImages> images() {
    Optional<Snapshot> saved = folder.saved();
    if (saved.isPresent()) {
      requireSame(saved.get());
      return saved.map(folder::images);
    }
    Map<String, Object> config = GrouplessConsumer.config(KafkaAccess.keysOf(topic.broker()));
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return read(consumer);
    }
  }

  private void requireSame(Snapshot saved) {
    boolean isSameNumber = saved.capacity() == null || saved.capacity() == topic.capacity();
    if (!saved.topic().equals(topic.images()) || !isSameNumber) {
      throw new TrainingException(
          String.format(
              Locale.ROOT,
              "%s holds the newest %,d images of the topic '%s', and not the newest %,d images of"
                  + " the topic '%s'; use the same topic and number of images, name another run"
                  + " folder, or remove this folder, and run.json and state-*.safetensors in %s",
              folder,
              isSameNumber ? topic.capacity() : saved.capacity(),
              saved.topic(),
              topic.capacity(),
              topic.images(),
              run),
          Setting.IMAGES_TOPIC,
          Setting.IMAGES,
          Setting.RUN);
    }
  }

  /** {@return the images of the topic; empty if reading was stopped} */
  Optional<UnlabelledImages> read(Consumer<byte[], byte[]> consumer) {
    folder.clear();
    try {
      if (!readAll(consumer)) {
        return Optional.empty();
      }
    } catch (KafkaException e) {
      throw failed(e);
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
              + "' holds no readable image; send some, or name another topic of images",
          Setting.IMAGES_TOPIC);
    }
    Snapshot snapshot =
        new Snapshot(topic.images(), topic.capacity(), kept.stream().map(this::entry).toList());
    folder.save(snapshot);
    return Optional.of(folder.images(snapshot));
  }

  /** Reads the records up to the ends of the partitions. Returns false if reading was stopped. */
  private boolean readAll(Consumer<byte[], byte[]> consumer) {
    Map<TopicPartition, Long> ends = begin(consumer);
    long heardAt = nanoTime.getAsLong();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      if (stop.getAsBoolean()) {
        return false;
      }
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      if (!records.isEmpty()) {
        heardAt = nanoTime.getAsLong();
      } else if (nanoTime.getAsLong() - heardAt >= PATIENCE.toNanos()) {
        // A poll does not fail without a broker, but this call does.
        consumer.endOffsets(ends.keySet(), PATIENCE);
        heardAt = nanoTime.getAsLong();
      }
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
          take(record);
        }
      }
    }
    return true;
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
          "there is no topic '" + topic.images() + "'; name the images' topic",
          Setting.IMAGES_TOPIC);
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
    Kept newest = new Kept(record.timestamp(), record.partition(), record.offset(), content);
    Kept before = byContent.get(content);
    if (before == null) {
      folder.write(content, image.bytes());
      keep(newest);
      removeOldest();
    } else {
      equal++;
      if (Kept.OLDEST_FIRST.compare(before, newest) < 0) {
        kept.remove(before);
        keep(newest);
      }
    }
  }

  private void keep(Kept image) {
    kept.add(image);
    byContent.put(image.content(), image);
  }

  private void removeOldest() {
    if (kept.size() > topic.capacity()) {
      Kept oldest = kept.pollFirst();
      byContent.remove(oldest.content());
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
    String what =
        "the topic '" + topic.images() + "' cannot be read (" + cause.getMessage() + "); ";
    if (e instanceof RetriableException) {
      return new TrainingException(
          what + "check that the Kafka broker runs and can be reached, and start again",
          e,
          Setting.BOOTSTRAP_SERVERS);
    }
    return new TrainingException(
        what
            + (e instanceof AuthorizationException
                ? "ask for the right Read on the topic on the broker"
                : "check the permissions and the Kafka client's configuration"),
        e);
  }
}
