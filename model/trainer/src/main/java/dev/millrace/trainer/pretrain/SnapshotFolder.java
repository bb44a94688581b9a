package dev.millrace.trainer.pretrain;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.files.AtomicFile;
import dev.millrace.core.files.WholeFile;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.Part;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot's files: each image under its SHA-256, and {@code snapshot.json}, which is written
 * when all images are there. Only one process may use the folder at a time.
 */
final class SnapshotFolder {

  private static final String INDEX = "snapshot.json";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path folder;

  /** Creates the folder if it is missing. */
  SnapshotFolder(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      AtomicFile.removeUnfinished(folder.resolve(INDEX));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** {@return the snapshot, or empty if none is complete} */
  Optional<Snapshot> saved() {
    Path file = folder.resolve(INDEX);
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readValue(file.toFile(), Snapshot.class))
          : Optional.empty();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Removes the images of a snapshot that was interrupted. */
  void clear() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void write(String content, byte[] image) {
    try {
      Files.write(folder.resolve(content), image);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void remove(String content) {
    try {
      Files.delete(folder.resolve(content));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Writes {@code snapshot.json}, which completes the snapshot. */
  void save(Snapshot snapshot) {
    try {
      AtomicFile.write(folder.resolve(INDEX), JSON.writeValueAsBytes(snapshot));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** {@return the images of a complete snapshot} */
  UnlabelledImages images(Snapshot snapshot) {
    return new UnlabelledImages(snapshot.images().stream().map(this::image).toList(), List.of());
  }

  private LabelledImage image(Snapshot.Entry entry) {
    Path file = folder.resolve(entry.content());
    return new LabelledImage(
        entry.key(), 0, entry.content(), Part.TRAINING, () -> WholeFile.read(file));
  }

  /** {@return the folder's path} */
  @Override
  public String toString() {
    return folder.toString();
  }

  private TrainingException failed(IOException e) {
    return new TrainingException(
        "the folder "
            + folder
            + " for the images of the topic cannot be used ("
            + e
            + "); check that it is writable and that its disk has room",
        e);
  }
}
