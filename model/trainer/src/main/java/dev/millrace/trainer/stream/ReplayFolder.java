package dev.millrace.trainer.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.files.AtomicFile;
import dev.millrace.core.files.Sha256;
import dev.millrace.core.files.WholeFile;
import dev.millrace.core.model.Setting;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.FailedReadException;
import dev.millrace.trainer.data.FailedWriteException;
import dev.millrace.trainer.data.NamedImage;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A replay's files: {@code index.json}, {@code used.json} with the images of earlier rounds, {@code
 * topics.json} with the ids of the topics, and each image under the SHA-256 of its key. An image's
 * file is written before the image's key is added to the index on disk. The file is deleted only
 * after the key was removed from the index on disk. Only one process may use the folder at a time.
 */
final class ReplayFolder {

  private static final String INDEX = "index.json";
  private static final String USED = "used.json";
  private static final String TOPICS = "topics.json";
  private static final String IMAGES = "images";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path folder;
  private final Path images;

  /** Creates the folder if it is missing. */
  ReplayFolder(Path folder) {
    this.folder = folder;
    this.images = folder.resolve(IMAGES);
    try {
      Files.createDirectories(images);
      AtomicFile.removeUnfinished(folder.resolve(INDEX));
      AtomicFile.removeUnfinished(folder.resolve(USED));
      AtomicFile.removeUnfinished(folder.resolve(TOPICS));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Requires that a folder holds a replay.
   *
   * @throws TrainingException if the folder holds no replay
   */
  static void requireReplay(Path folder) {
    if (!Files.exists(folder.resolve(INDEX))) {
      throw new TrainingException(
          "there is no replay in "
              + folder
              + ", because it holds no "
              + INDEX
              + "; name the trainer's run folder",
          Setting.RUN);
    }
  }

  /** {@return the saved index, or empty if none was saved} */
  Optional<ReplayIndex> index() {
    return read(
        INDEX,
        ReplayIndex.class,
        "without it, the trainer would remove all images, and read the topics from their beginning");
  }

  /** Replaces the index. */
  void write(ReplayIndex index) {
    write(INDEX, index);
  }

  /** {@return the images that rounds have used; the images of the last round are at the end} */
  List<UsedImages.Use> uses() {
    return read(
            USED,
            UsedImages.Use[].class,
            "without it, nothing tells which replaced and evicted images rounds have used")
        .map(List::of)
        .orElse(List.of());
  }

  /** Replaces the images that rounds have used. */
  void write(List<UsedImages.Use> uses) {
    write(USED, uses);
  }

  /** {@return the ids of the topics that the replay's records are from, by the topics' names} */
  Map<String, String> topicIds() {
    Map<String, String> ids = new TreeMap<>();
    read(
            TOPICS,
            JsonNode.class,
            "without it, nothing tells whether a topic was created again meanwhile")
        .ifPresent(
            json -> json.properties().forEach(id -> ids.put(id.getKey(), id.getValue().asText())));
    return ids;
  }

  /** Replaces the ids of the topics. */
  void write(Map<String, String> topicIds) {
    write(TOPICS, topicIds);
  }

  private <T> Optional<T> read(String name, Class<T> type, String loss) {
    Path file = folder.resolve(name);
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readValue(file.toFile(), type))
          : Optional.empty();
    } catch (IOException e) {
      throw new TrainingException(
          "cannot read " + file + " (" + e + "); restore it from a backup, or remove it: " + loss,
          e);
    }
  }

  private void write(String name, Object value) {
    try {
      AtomicFile.write(folder.resolve(name), JSON.writeValueAsBytes(value));
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    }
  }

  /** Writes or replaces an image. */
  void write(String key, byte[] encoded) {
    try {
      AtomicFile.write(file(key), encoded);
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    }
  }

  /** Reads an image. */
  byte[] read(String key) throws IOException {
    return WholeFile.read(file(key));
  }

  /** Removes an image. */
  void remove(String key) {
    try {
      Files.deleteIfExists(file(key));
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    }
  }

  /**
   * Removes the files of all images except those with the given keys.
   *
   * @return a predicate that tests whether the file of a key exists
   */
  Predicate<String> keepOnly(Set<String> keys) {
    Set<String> names = new HashSet<>();
    keys.forEach(key -> names.add(Sha256.of(key)));
    Set<String> found = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(images)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (names.contains(name)) {
          found.add(name);
        } else {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
    return key -> found.contains(Sha256.of(key));
  }

  private Path file(String key) {
    return images.resolve(Sha256.of(key));
  }

  /** {@return the exception for an image that cannot be read} */
  FailedReadException unreadable(String key, IOException e) {
    return new FailedReadException(
        "the file "
            + file(key)
            + " of the image "
            + NamedImage.shown(key)
            + " cannot be read ("
            + e
            + "); restore it from a backup, or remove it",
        e);
  }

  private TrainingException failed(IOException e) {
    return new TrainingException(message(e), e);
  }

  private String message(IOException e) {
    return "the replay's folder "
        + folder
        + " cannot be used ("
        + e
        + "); check that it is writable and that its disk has room";
  }
}
