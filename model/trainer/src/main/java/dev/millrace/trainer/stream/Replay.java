package dev.millrace.trainer.stream;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.BadImageException;
import dev.millrace.trainer.data.FailedReadException;
import dev.millrace.trainer.data.FoundImages;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.NamedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * Joins images and labels by key, and keeps the most recent labelled images. An image and its label
 * may arrive in either order. A replay holds at most {@code capacity} labelled images, at most
 * {@code capacity} images without a label, and at most {@code capacity} labels without an image.
 * The oldest entries are evicted.
 *
 * <p>A kill of the process at any moment leaves a valid replay on disk. {@link #save} replaces one
 * file, which holds the keys of the images and their labels, together with the offsets read so far.
 * After a kill, records that were read after the last save are read again. This is safe, because
 * processing a record twice has the same effect as processing it once. One class holds all parts of
 * the replay, because a record changes several parts, and the parts must be saved together.
 * Confined to one thread.
 */
final class Replay {

  private final ReplayFolder folder;
  private final UsedImages used;
  private final int capacity;
  private final Consumer<byte[]> decoder;

  private final ReadOffsets offsets;
  private final Map<String, String> topicIds;
  private final Map<String, String> labelled;
  private final Set<String> waitingImages;
  private final Map<String, String> waitingLabels;
  private final Set<String> gone;
  private final RecordCounts counts;
  private long newLabels;
  private Instant trainedAt;

  /**
   * Keys of images that were removed from the replay. {@link #save} deletes the images' files after
   * it has saved an index without these keys.
   */
  private final Set<String> dropped = new HashSet<>();

  /** Keys whose earlier contents {@link #save} removes. */
  private final Set<String> forgotten = new HashSet<>();

  /** The SHA-256 checksums of images that were computed so far, by key. They are not saved. */
  private final Map<String, String> contents = new HashMap<>();

  private boolean changed;
  private boolean isTopicNew;

  /**
   * Opens the replay that the folder contains, or creates a new replay. Removes image files whose
   * keys are not in the index.
   *
   * @param capacity the largest number of labelled images, of images that wait for a label, and of
   *     labels that wait for an image
   * @param decoder tests an encoded image, and throws {@link BadImageException} if the image cannot
   *     be decoded
   * @param now the current time, which a new replay stores as the time of its creation
   * @throws dev.millrace.core.training.TrainingException if the folder cannot be used; the methods
   *     of this class throw the same exception for this reason
   */
  Replay(Path folder, int capacity, Consumer<byte[]> decoder, Instant now) {
    this.folder = new ReplayFolder(folder);
    this.used = new UsedImages(this.folder);
    this.capacity = capacity;
    this.decoder = decoder;
    ReplayIndex index = this.folder.index().orElseGet(() -> ReplayIndex.empty(now));
    this.offsets = new ReadOffsets(index.offsets());
    this.topicIds = this.folder.topicIds();
    this.labelled = new LinkedHashMap<>(index.labelled());
    this.waitingImages = new LinkedHashSet<>(index.waitingImages());
    this.waitingLabels = new LinkedHashMap<>(index.waitingLabels());
    this.gone = new LinkedHashSet<>(index.gone());
    this.counts = new RecordCounts(index.counts());
    this.newLabels = index.newLabels();
    this.trainedAt = Instant.ofEpochMilli(index.trainedAt());
    Set<String> held = new HashSet<>(labelled.keySet());
    held.addAll(waitingImages);
    Predicate<String> there = this.folder.keepOnly(held);
    labelled.keySet().removeIf(there.negate());
    waitingImages.removeIf(there.negate());
    makeRoom();
  }

  /** Opens the replay that the folder contains, and evicts nothing. */
  static Replay existing(Path folder) {
    return new Replay(folder, Integer.MAX_VALUE, encoded -> {}, Instant.EPOCH);
  }

  /**
   * Adds an image, or replaces the image with the same key. If the image already has a label but
   * cannot be decoded, the image is only counted as unreadable.
   */
  void image(String key, byte[] encoded) {
    String label = waitingLabels.get(key);
    boolean hasLabel = label != null || labelled.containsKey(key);
    if (hasLabel && !decodes(encoded)) {
      return;
    }
    folder.write(key, encoded);
    contents.put(key, Sha256.of(encoded));
    if (label != null) {
      waitingLabels.remove(key);
      join(key, label);
    } else if (!hasLabel) {
      gone.remove(key);
      waitingImages.add(key);
    }
    makeRoom();
  }

  /**
   * Adds an image's label, which is the name of the image's class, or replaces an earlier label.
   */
  void label(String key, String name) {
    String before = labelled.getOrDefault(key, waitingLabels.get(key));
    if (name.equals(before)) {
      return;
    }
    if (before != null) {
      counts.add(RecordOutcome.CONTRADICTING);
    }
    if (labelled.remove(key) != null) {
      labelled.put(key, name);
      newLabels++;
    } else if (waitingImages.remove(key)) {
      meet(key, name);
    } else if (gone.contains(key)) {
      counts.add(RecordOutcome.LATE);
    } else {
      waitingLabels.put(key, name);
    }
    makeRoom();
  }

  /** Removes an image's label. The image then waits for another label, like a new image. */
  void withdraw(String key) {
    if (labelled.remove(key) != null) {
      waitingImages.add(key);
    } else if (waitingLabels.remove(key) == null) {
      return;
    }
    counts.add(RecordOutcome.WITHDRAWN);
    makeRoom();
  }

  /** Remembers the contents of a round's images, before the round begins. */
  void use(List<LabelledImage> images) {
    used.add(images);
  }

  /** {@return the contents that rounds have used under a key, also of an evicted image} */
  Set<String> usedContents(String key) {
    return used.contents(key);
  }

  /** {@return the content of the image with a key, or empty if the replay holds no such image} */
  Optional<String> contentOf(String key) {
    boolean held = labelled.containsKey(key) || waitingImages.contains(key);
    return held ? Optional.of(content(key)) : Optional.empty();
  }

  /**
   * Removes an image, its label and its earlier contents, as if none of them had arrived. {@link
   * #save} removes the earlier contents last, so after a failure or a kill the removal can be
   * repeated, and {@link #usedContents} still returns them.
   */
  void forget(String key) {
    forgotten.add(key);
    labelled.remove(key);
    waitingImages.remove(key);
    waitingLabels.remove(key);
    gone.remove(key);
    dropped.add(key);
    changed = true;
  }

  /** {@return the keys of the images with one of the contents} */
  List<String> keysOf(Set<String> some) {
    return Stream.concat(labelled.keySet().stream(), waitingImages.stream())
        .filter(key -> some.contains(content(key)))
        .toList();
  }

  /**
   * Joins a waiting image with its label. An image whose file cannot be read at the moment keeps
   * its label, because the file may be readable later. Until then, {@link #snapshot} leaves the
   * image out.
   */
  private void meet(String key, String name) {
    Optional<byte[]> encoded = read(key);
    if (encoded.isEmpty() || decodes(encoded.get())) {
      join(key, name);
    } else {
      dropped.add(key);
      waitingLabels.put(key, name);
    }
  }

  private Optional<byte[]> read(String key) {
    try {
      return Optional.of(folder.read(key));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void join(String key, String name) {
    labelled.put(key, name);
    newLabels++;
    counts.add(RecordOutcome.LABELLED);
  }

  private boolean decodes(byte[] encoded) {
    try {
      decoder.accept(encoded);
      return true;
    } catch (BadImageException e) {
      counts.add(RecordOutcome.UNREADABLE);
      return false;
    }
  }

  private void makeRoom() {
    for (Collection<String> images : List.of(labelled.keySet(), waitingImages)) {
      List<String> evicted = evict(images);
      dropped.addAll(evicted);
      gone.addAll(evicted);
    }
    evict(waitingLabels.keySet());
    removeOldest(gone);
  }

  private List<String> evict(Collection<String> keys) {
    List<String> evicted = removeOldest(keys);
    evicted.forEach(key -> counts.add(RecordOutcome.EVICTED));
    return evicted;
  }

  private List<String> removeOldest(Collection<String> keys) {
    List<String> oldest = keys.stream().limit(Math.max(0, keys.size() - capacity)).toList();
    oldest.forEach(keys::remove);
    return oldest;
  }

  /** Counts a skipped record. */
  void skip() {
    counts.add(RecordOutcome.SKIPPED);
  }

  /** Counts a record of the images' topic that holds no image. */
  void unreadable() {
    counts.add(RecordOutcome.UNREADABLE);
  }

  /** Notes that a partition was read up to the offset {@code next}, exclusive. */
  void read(TopicPartition partition, long next) {
    offsets.put(partition, next);
    changed = true;
  }

  /**
   * Notes the id of a topic. If the topic had another id before, it was created again, so this
   * method forgets its offsets.
   *
   * @return whether the topic was created again
   */
  boolean isCreatedAgain(String topic, String id) {
    String before = topicIds.put(topic, id);
    if (id.equals(before)) {
      return false;
    }
    isTopicNew = true;
    changed = true;
    if (before == null) {
      return false;
    }
    offsets.remove(topic);
    return true;
  }

  /** {@return the offset at which to continue, or empty if no record of the partition was read} */
  OptionalLong next(TopicPartition partition) {
    return offsets.get(partition);
  }

  /** {@return the number of times that an image got a new label since the last training} */
  long newLabels() {
    return newLabels;
  }

  /**
   * {@return the time at which the last training ended; before the first training, the time at
   * which the replay was created} If the clock was set back, the time becomes the current time.
   * Otherwise, the time until the next round could be years.
   *
   * @param now the current time
   */
  Instant trainedAt(Instant now) {
    if (trainedAt.isAfter(now)) {
      trainedAt = now;
      changed = true;
    }
    return trainedAt;
  }

  /** Notes that a round of training has ended. After this call, no label counts as new. */
  void trained(Instant now) {
    newLabels = 0;
    trainedAt = now;
    changed = true;
    save();
  }

  /** {@return a copy of the counts: the number of records for each outcome} */
  Map<RecordOutcome, Long> counts() {
    return counts.copy();
  }

  /**
   * {@return the keys of the labelled images, in the order of their labels, the oldest label first}
   */
  List<String> keys() {
    return List.copyOf(labelled.keySet());
  }

  /**
   * {@return the current labelled images, or empty if the training was stopped first} The images
   * can be read until the next record is added. An image whose file cannot be read is left out, and
   * stays in the replay.
   *
   * @param stop called before each image, whose file may have to be read; if it returns true, no
   *     further image is read
   * @throws FailedReadException if no file of an image can be read
   */
  Optional<ReplaySnapshot> snapshot(BooleanSupplier stop) {
    List<NamedImage> images = new ArrayList<>();
    List<FailedReadException> unreadable = new ArrayList<>();
    for (Map.Entry<String, String> image : new TreeMap<>(labelled).entrySet()) {
      if (stop.getAsBoolean()) {
        return Optional.empty();
      }
      String key = image.getKey();
      try {
        images.add(new NamedImage(key, image.getValue(), content(key), () -> folder.read(key)));
      } catch (FailedReadException e) {
        unreadable.add(e);
      }
    }
    if (images.isEmpty() && !unreadable.isEmpty()) {
      throw unreadable.get(0);
    }
    return Optional.of(
        new ReplaySnapshot(
            new FoundImages(new TreeSet<>(labelled.values()), images),
            unreadable.stream().map(FailedReadException::getMessage).toList()));
  }

  private String content(String key) {
    return contents.computeIfAbsent(
        key,
        unknown -> {
          try {
            return Sha256.of(folder.read(unknown));
          } catch (IOException e) {
            throw folder.unreadable(unknown, e);
          }
        });
  }

  /** Writes the index to disk if it has changed, and then deletes the files of removed images. */
  void save() {
    if (!changed) {
      return;
    }
    folder.write(
        new ReplayIndex(
            offsets.byTopic(),
            labelled,
            List.copyOf(waitingImages),
            waitingLabels,
            List.copyOf(gone),
            counts.copy(),
            newLabels,
            trainedAt.toEpochMilli()));
    if (isTopicNew) {
      folder.write(topicIds); // after the index, which holds no offsets of an earlier topic now
      isTopicNew = false;
    }
    for (String key : dropped) {
      if (!labelled.containsKey(key) && !waitingImages.contains(key)) {
        folder.remove(key);
        contents.remove(key);
      }
    }
    dropped.clear();
    forgotten.forEach(used::remove);
    forgotten.clear();
    changed = false;
  }
}
