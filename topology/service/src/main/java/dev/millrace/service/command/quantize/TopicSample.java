package dev.millrace.service.command.quantize;

import dev.millrace.core.files.Sha256;
import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A random sample of the images in a topic: those with the smallest SHA-256 checksums. So the
 * sample is the same in every run, each image has the same chance, and copies of an image count
 * once. The images lie in a folder, because they may not fit into the heap. For one thread.
 */
final class TopicSample {

  private final Path folder;
  private final int most;

  /** The names of the records by the checksum of their images. */
  private final TreeMap<String, String> names = new TreeMap<>();

  /**
   * Creates an empty sample.
   *
   * @param folder the folder for the images, which the caller deletes
   * @param most the largest number of images
   */
  TopicSample(Path folder, int most) {
    this.folder = folder;
    this.most = most;
  }

  /**
   * Takes an image into the sample, if its checksum is small enough. A record without a value is
   * skipped.
   *
   * @throws CommandException if the folder cannot be written to
   */
  void add(ConsumerRecord<?, byte[]> record) {
    byte[] image = record.value();
    if (image == null) {
      return;
    }
    String digest = Sha256.of(image);
    boolean isFull = names.size() == most;
    if (names.containsKey(digest) || (isFull && digest.compareTo(names.lastKey()) > 0)) {
      return;
    }
    try {
      if (isFull) {
        Files.delete(folder.resolve(names.pollLastEntry().getKey()));
      }
      Files.write(folder.resolve(digest), image);
    } catch (IOException e) {
      throw new CommandException(
          "cannot keep an image of "
              + record.topic()
              + " in the folder for temporary files ("
              + e
              + "); check that it is writable and has room");
    }
    names.put(digest, record.topic() + "-" + record.partition() + "@" + record.offset());
  }

  /** {@return the images, in the order of their checksums} Their classes are unknown. */
  List<Picture> pictures() {
    return names.entrySet().stream()
        .map(
            entry -> {
              Path file = folder.resolve(entry.getKey());
              return new Picture(entry.getValue(), Picture.UNKNOWN, () -> Files.readAllBytes(file));
            })
        .toList();
  }
}
