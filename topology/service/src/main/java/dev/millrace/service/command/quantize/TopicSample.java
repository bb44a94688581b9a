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
 * A random sample of the images in a topic. The sample consists of the images with the smallest
 * SHA-256 checksums. The sample is therefore the same in every run, each image has an equal chance
 * to be in the sample, and copies of an image count once. The images are stored in a folder,
 * because they may not fit into the heap. Used by one thread.
 */
final class TopicSample {

  private final Path folder;
  private final int most;

  /** The name of the record of each image in the sample, by the image's checksum. */
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
   * Adds a record's image to the sample if the image's checksum is among the smallest. A record
   * without a value is skipped.
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

  /**
   * {@return the images of the sample, in the order of their checksums} The classes of the images
   * are unknown.
   */
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
