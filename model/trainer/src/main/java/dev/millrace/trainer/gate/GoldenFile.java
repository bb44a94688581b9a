package dev.millrace.trainer.gate;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.files.AtomicFile;
import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.trainer.data.FailedWriteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file {@code golden.json} in a run's folder. The file holds the fingerprint of the golden set,
 * so that a change of the set is noticed, also if no trainer runs when it happens. Only one process
 * may use the folder at a time.
 */
public final class GoldenFile {

  private static final String NAME = "golden.json";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path file;

  /**
   * Names the file; it need not exist.
   *
   * @param run the run's folder
   */
  public GoldenFile(Path run) {
    this.file = run.resolve(NAME);
  }

  /**
   * Stores the fingerprint of a set. Tells the listener if the file held another fingerprint.
   *
   * @param golden the set
   * @param listener learns of a change
   * @throws TrainingException if the file cannot be read
   * @throws FailedWriteException if the file cannot be written
   */
  public void keep(GoldenCheck golden, TrainingListener listener) {
    Fingerprint now = golden.fingerprint();
    Optional<Fingerprint> before = read();
    if (before.isPresent() && before.get().equals(now)) {
      return;
    }
    write(now);
    before.ifPresent(known -> listener.goldenChanged(known, now));
  }

  private Optional<Fingerprint> read() {
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readValue(file.toFile(), Fingerprint.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new TrainingException(
          "cannot read "
              + file
              + " ("
              + e
              + "); check that it is readable, or remove it to accept the golden set as it is now",
          e);
    }
  }

  private void write(Fingerprint now) {
    try {
      Files.createDirectories(file.getParent());
      AtomicFile.removeUnfinished(file);
      AtomicFile.write(file, JSON.writeValueAsBytes(now));
    } catch (IOException e) {
      throw new FailedWriteException(
          "cannot write "
              + file
              + " ("
              + e
              + "); check that the folder is writable and that its disk has room",
          e);
    }
  }
}
