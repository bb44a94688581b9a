package dev.millrace.trainer.stream;

import dev.millrace.control.GrouplessConsumer;
import dev.millrace.control.KafkaAccess;
import dev.millrace.core.model.Labels;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.events.ImageEvent;
import dev.millrace.registry.RegistryException;
import dev.millrace.registry.SchemaRegistry;
import dev.millrace.trainer.data.FailedWriteException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads all partitions of the images' topic and of the labels' topic into a replay. The replay
 * stores the offsets, because the consumer belongs to no consumer group that could store them. If a
 * topic is missing, the broker is unreachable, the schema registry does not answer or the disk
 * fails, the reader waits. Confined to one thread.
 */
final class TopicReader {

  /**
   * Interval at which the reader looks for new partitions and checks that the broker is reachable.
   */
  static final Duration REFRESH = Duration.ofSeconds(10);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /**
   * The largest length of a key, which is that of a path in Linux. The replay keeps all keys in
   * memory, also those of images that it has evicted.
   */
  private static final int KEY_CHARACTERS = 4_096;

  private static final String FULL =
      "new records are read again every 10 s, because the disk does not take them";
  private static final String NO_REGISTRY =
      "new records are read again every 10 s, because the schema registry does not answer";

  private final TrainingData.Topics topics;
  private final Consumer<byte[], byte[]> consumer;
  private final TopicIds ids;
  private final Replay replay;
  private final TrainingListener listener;
  private final LongSupplier nanoTime;
  private final Deserializer<ImageEvent> images;
  private final Deserializer<String> labels;

  private Set<TopicPartition> assigned = Set.of();
  private long refreshAt;
  private String trouble = "";
  private String problem = "";

  /** Why records have to wait; empty if the replay has taken all of them. */
  private String held = "";

  /** The first record that has to wait; null if there is none. */
  private ConsumerRecord<byte[], byte[]> firstHeld;

  /**
   * @param consumer the consumer; the caller closes it
   * @param ids the ids of the topics; the caller closes it
   * @param nanoTime the clock, in ns, for example {@link System#nanoTime}
   */
  TopicReader(
      TrainingData.Topics topics,
      Consumer<byte[], byte[]> consumer,
      TopicIds ids,
      Replay replay,
      TrainingListener listener,
      LongSupplier nanoTime) {
    this.topics = topics;
    this.consumer = consumer;
    this.ids = ids;
    this.replay = replay;
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.images = SchemaRegistry.imageSerde(topics.events()).deserializer();
    this.labels = SchemaRegistry.labelDeserializer(topics.events());
    this.refreshAt = nanoTime.getAsLong();
  }

  /**
   * Opens a consumer with the user's configuration. The user cannot change the values of {@link
   * GrouplessConsumer#KEYS}, because the reader works correctly only with these fixed values.
   */
  static Consumer<byte[], byte[]> consumer(TrainingData.Topics topics) {
    Map<String, Object> config = GrouplessConsumer.config(KafkaAccess.keysOf(topics.broker()));
    config.putIfAbsent(ConsumerConfig.METADATA_MAX_AGE_CONFIG, Long.toString(REFRESH.toMillis()));
    // Kafka's own reset does not say that records are lost.
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    try {
      return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    } catch (KafkaException e) {
      throw failed(topics, e);
    }
  }

  /** Opens a client that reads the ids of the topics. */
  static TopicIds ids(TrainingData.Topics topics) {
    try {
      return new KafkaTopicIds(topics.broker(), PATIENCE);
    } catch (KafkaException e) {
      throw failed(topics, e);
    }
  }

  /**
   * Waits a short time for new records, and adds them to the replay.
   *
   * @throws TrainingException if the topics cannot be read, or the schema registry refuses a
   *     request
   */
  void poll() {
    if (nanoTime.getAsLong() - refreshAt >= 0) {
      refresh();
      refreshAt = nanoTime.getAsLong() + REFRESH.toNanos();
    }
    if (assigned.isEmpty()) {
      LockSupport.parkNanos(POLL.toNanos());
      return;
    }
    for (ConsumerRecord<byte[], byte[]> record : records()) {
      if (!isTaken(record)) {
        return;
      }
    }
    if (firstHeld != null && (isRead(firstHeld) || isAtEnd())) {
      held = "";
      firstHeld = null;
    }
  }

  /** {@return whether the replay has taken a record; if not, it has to be read again} */
  private boolean isTaken(ConsumerRecord<byte[], byte[]> record) {
    try {
      take(record);
      replay.read(partition(record), record.offset() + 1);
      return true;
    } catch (FailedWriteException e) {
      readAgain(record, FULL, e);
    } catch (RegistryException e) {
      if (e.isRefusal()) {
        throw new TrainingException(e.getMessage(), e);
      }
      readAgain(record, NO_REGISTRY, e);
    }
    return false;
  }

  private static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
    return new TopicPartition(record.topic(), record.partition());
  }

  private boolean isRead(ConsumerRecord<byte[], byte[]> record) {
    OptionalLong next = replay.next(partition(record));
    return next.isPresent() && next.getAsLong() > record.offset();
  }

  /** The broker may have deleted the records that had to wait. */
  private boolean isAtEnd() {
    return assigned.stream().allMatch(partition -> consumer.currentLag(partition).orElse(1) == 0);
  }

  /** Lets the next {@link #refresh} go back to the records that the replay has not taken. */
  private void readAgain(ConsumerRecord<byte[], byte[]> record, String why, RuntimeException e) {
    if (!held.equals(why)) {
      listener.warned("new records have to wait, and are read again every 10 s: " + e.getMessage());
    }
    held = why;
    firstHeld = record;
    assigned = Set.of();
    refreshAt = nanoTime.getAsLong() + REFRESH.toNanos();
  }

  private ConsumerRecords<byte[], byte[]> records() {
    try {
      return consumer.poll(POLL);
    } catch (OffsetOutOfRangeException e) {
      readWhatIsThere(e);
      return ConsumerRecords.empty();
    } catch (KafkaException e) {
      throw failed(topics, e);
    }
  }

  /**
   * Reads partitions from their beginning, because the broker no longer has the offsets at which
   * they should be read. If a partition was created again, all of its records are new. If the
   * broker has lost records that were read, reading the others again changes nothing.
   */
  private void readWhatIsThere(OffsetOutOfRangeException e) {
    Map<TopicPartition, Long> beginnings;
    try {
      beginnings = consumer.beginningOffsets(e.partitions(), PATIENCE);
    } catch (RetriableException away) {
      return; // the next poll throws the same exception again
    } catch (KafkaException other) {
      throw failed(topics, other);
    }
    e.offsetOutOfRangePartitions()
        .forEach(
            (partition, before) -> {
              long first = beginnings.get(partition);
              consumer.seek(partition, first);
              replay.read(partition, first);
              listener.warned(lost(partition, before, first));
            });
  }

  private static String lost(TopicPartition partition, long before, long first) {
    return first > before
        ? "partition "
            + partition
            + " has lost "
            + (first - before)
            + " records before they were read: the training was at offset "
            + before
            + " and continues at "
            + first
            + "; to keep records longer, raise the topic's retention.ms"
        : "partition "
            + partition
            + " no longer has offset "
            + before
            + ", so it is read again from offset "
            + first
            + "; the topic was created again, or has lost records that were read";
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    Optional<String> key = key(record.key());
    boolean image = record.topic().equals(topics.images());
    if (key.isEmpty() || (image && record.value() == null)) {
      replay.skip();
    } else if (image) {
      takeImage(key.get(), record);
    } else if (record.value() == null) {
      replay.withdraw(key.get());
    } else {
      takeLabel(key.get(), record);
    }
  }

  private void takeImage(String key, ConsumerRecord<byte[], byte[]> record) {
    ImageEvent event = images.deserialize(record.topic(), record.headers(), record.value());
    if (event instanceof ImageEvent.Encoded image) {
      replay.image(key, image.bytes());
    } else {
      replay.unreadable();
      problem = place(record) + ": " + reason(event);
    }
  }

  private static String reason(ImageEvent event) {
    return event instanceof ImageEvent.Unreadable unreadable
        ? unreadable.reason()
        : "the image is stored elsewhere, and a training does not fetch images; send the image"
            + " itself";
  }

  private static String place(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "-" + record.partition() + " at offset " + record.offset();
  }

  /** Skips a label that is too long for a class, because the replay keeps all labels in memory. */
  private void takeLabel(String key, ConsumerRecord<byte[], byte[]> record) {
    try {
      String label = labels.deserialize(record.topic(), record.headers(), record.value());
      if (label.length() > Labels.MAX_CHARACTERS) {
        replay.skip();
      } else {
        replay.label(key, label);
      }
    } catch (SerializationException e) {
      replay.skip();
      problem = place(record) + ": " + e.getMessage();
    }
  }

  /** {@return a record's key; empty if it is missing, too long, or not UTF-8} */
  private static Optional<String> key(byte[] bytes) {
    try {
      return bytes == null
          ? Optional.empty()
          : Optional.of(
                  StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString())
              .filter(key -> key.length() <= KEY_CHARACTERS);
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /**
   * {@return the number of unread records on both topics, according to the consumer's last
   * information; empty if the topics are not being read, for example because the broker or the
   * schema registry does not answer}
   */
  OptionalLong behind() {
    if (assigned.isEmpty()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        assigned.stream()
            .map(consumer::currentLag)
            .filter(OptionalLong::isPresent)
            .mapToLong(OptionalLong::getAsLong)
            .sum());
  }

  private void refresh() {
    try {
      Set<TopicPartition> found = new HashSet<>();
      for (String topic : List.of(topics.images(), topics.labels())) {
        List<PartitionInfo> partitions = consumer.partitionsFor(topic, PATIENCE);
        if (partitions == null || partitions.isEmpty()) {
          tell("topic '" + topic + "' does not exist yet; waiting for it");
          return;
        }
        partitions.forEach(info -> found.add(new TopicPartition(topic, info.partition())));
      }
      ids.of(List.of(topics.images(), topics.labels())).forEach(this::compare);
      assign(found);
      // The consumer may return the partitions from its cache. This call always sends a request to
      // the broker, and so checks that the broker is reachable.
      var unused = consumer.endOffsets(assigned, PATIENCE);
      trouble = "";
    } catch (RetriableException e) {
      tell("the broker cannot be reached; waiting for it, and nothing is lost");
    } catch (KafkaException e) {
      throw failed(topics, e);
    }
  }

  /** Lets {@link #assign} begin a topic anew if the topic was created again. */
  private void compare(String topic, String id) {
    if (replay.isCreatedAgain(topic, id)) {
      listener.warned(
          "topic '" + topic + "' was deleted and created again, so it is read from its beginning");
      assigned =
          assigned.stream()
              .filter(partition -> !partition.topic().equals(topic))
              .collect(Collectors.toUnmodifiableSet());
    }
  }

  private void assign(Set<TopicPartition> found) {
    Set<TopicPartition> fresh = new HashSet<>(found);
    fresh.removeAll(assigned);
    if (found.equals(assigned)) {
      return;
    }
    consumer.assign(found);
    assigned = Set.copyOf(found);
    for (TopicPartition partition : fresh) {
      replay
          .next(partition)
          .ifPresentOrElse(
              next -> consumer.seek(partition, next),
              () -> consumer.seekToBeginning(Set.of(partition)));
    }
  }

  /** {@return the reason why no records arrive; empty if the topics can be read} */
  Optional<String> trouble() {
    if (!trouble.isEmpty()) {
      return Optional.of(trouble);
    }
    return held.isEmpty() ? Optional.empty() : Optional.of(held);
  }

  /** {@return the last record that held no image or no label, and why; empty if there is none} */
  Optional<String> problem() {
    return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
  }

  private void tell(String what) {
    if (!what.equals(trouble)) {
      listener.warned(what);
    }
    trouble = what;
  }

  private static TrainingException failed(TrainingData.Topics topics, KafkaException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new TrainingException(
        "the topics '"
            + topics.images()
            + "' and '"
            + topics.labels()
            + "' cannot be read ("
            + cause.getMessage()
            + "); "
            + (e instanceof AuthorizationException
                ? "ask for the right Read on both topics on the broker"
                : "check the permissions and the Kafka client's configuration"),
        e);
  }
}
