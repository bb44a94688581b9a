package dev.millrace.trainer.stream;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.model.Labels;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
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
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;

/**
 * The labelled images of late, joined from two streams by their keys, whichever comes first: at
 * most so many of them, of images that wait for their label, and of labels that wait for their
 * image. What is oldest makes way.
 *
 * <p>It survives a kill at any moment. What it holds and the offsets that led there are one file,
 * replaced by {@link #save}; what was read after that is read again, and the same records under the
 * same keys make the same of it. That is why it is one class: every record changes several of its
 * parts, which have to be saved together. For one thread.
 */
final class Replay {

  private final ReplayFolder folder;
  private final int capacity;
  private final Consumer<byte[]> decoder;

  private final ReadOffsets offsets;
  private final Map<String, String> labelled;
  private final Set<String> waitingImages;
  private final Map<String, String> waitingLabels;
  private final Set<String> gone;
  private final RecordCounts counts;
  private long newLabels;
  private Instant trainedAt;

  /** Keys whose files go once no index names them. */
  private final Set<String> dropped = new HashSet<>();

  private boolean changed;

  /**
   * Goes on with what the folder holds; files that its index does not name are removed.
   *
   * @param capacity the most labelled images, waiting images and waiting labels, each
   * @param decoder tries an encoded image out, and throws {@link BadImageException} if it is none
   * @param now when a new replay begins
   * @throws dev.millrace.core.training.TrainingException if the folder cannot be used, here as in
   *     all methods
   */
  Replay(Path folder, int capacity, Consumer<byte[]> decoder, Instant now) {
    this.folder = new ReplayFolder(folder);
    this.capacity = capacity;
    this.decoder = decoder;
    ReplayIndex index = this.folder.index().orElseGet(() -> ReplayIndex.empty(now));
    this.offsets = new ReadOffsets(index.offsets());
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

  /**
   * Takes in an image. One whose key is known replaces it, unless it cannot be decoded; one that
   * cannot be decoded is passed over as if it had not come.
   */
  void image(String key, byte[] encoded) {
    String label = waitingLabels.get(key);
    boolean hasLabel = label != null || labelled.containsKey(key);
    if (hasLabel && !decodes(encoded)) {
      return;
    }
    folder.write(key, encoded);
    if (label != null) {
      waitingLabels.remove(key);
      join(key, label);
    } else if (!hasLabel) {
      gone.remove(key);
      waitingImages.add(key);
    }
    makeRoom();
  }

  /** Takes in the name of an image's class. */
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

  /** An image that waited meets its label. */
  private void meet(String key, String name) {
    try {
      if (decodes(folder.read(key))) {
        join(key, name);
      } else {
        dropped.add(key);
        waitingLabels.put(key, name);
      }
    } catch (IOException e) {
      throw folder.failed(e);
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

  /** A record was passed over. */
  void skip() {
    counts.add(RecordOutcome.SKIPPED);
  }

  /** All that came before an offset was taken in. */
  void read(TopicPartition partition, long next) {
    offsets.put(partition, next);
    changed = true;
  }

  /** The offset to go on at; none if nothing was read of the partition. */
  OptionalLong next(TopicPartition partition) {
    return offsets.get(partition);
  }

  /** Labels that were not there at the last training. */
  long newLabels() {
    return newLabels;
  }

  /** When the last training ended; before the first, when the replay began. */
  Instant trainedAt() {
    return trainedAt;
  }

  /** No label is new from now on. */
  void trained(Instant now) {
    newLabels = 0;
    trainedAt = now;
    changed = true;
    save();
  }

  /** A copy of how often what happened. */
  Map<RecordOutcome, Long> counts() {
    return counts.copy();
  }

  /** The names of the classes, in alphabetical order. */
  List<String> classes() {
    return List.copyOf(new TreeSet<>(labelled.values()));
  }

  /**
   * The labelled images by now, by their keys. They can be read until the next record is taken in.
   *
   * @throws dev.millrace.core.training.TrainingException if they are of fewer than two classes
   */
  LabelledImages snapshot() {
    List<String> classes = classes();
    Map<String, Integer> indices = new HashMap<>();
    classes.forEach(name -> indices.put(name, indices.size()));
    List<LabelledImage> images = new ArrayList<>();
    new TreeMap<>(labelled)
        .forEach(
            (key, name) ->
                images.add(new LabelledImage(key, indices.get(name), () -> folder.read(key))));
    return new LabelledImages(new Labels(classes), images);
  }

  /** Writes what it holds, if that has changed. */
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
    for (String key : dropped) {
      if (!labelled.containsKey(key) && !waitingImages.contains(key)) {
        folder.remove(key);
      }
    }
    dropped.clear();
    changed = false;
  }
}
