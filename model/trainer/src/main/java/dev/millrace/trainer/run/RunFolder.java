package dev.millrace.trainer.run;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.files.AtomicFile;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.trainer.data.FailedWriteException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Stores a run's state so that the state survives a kill at any moment. The tensors are first
 * written and forced to disk, in a file with a new name. Then one rename replaces {@code run.json},
 * which contains the name of the tensors' file. Only one process may use the folder at a time.
 *
 * @param <S> the kind of state
 */
public final class RunFolder<S extends RunFolder.Saved> {

  private static final String STATE = "run.json";
  private static final String CURVE = "curve.svg";
  private static final String EXPORT = "export";
  private static final String TENSORS = "state-";
  private static final char KIND_END = '/';

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path folder;
  private final Class<S> kind;

  /** A state that is saved beside its tensors. */
  public interface Saved {
    /** {@return name of the file that holds the tensors} */
    String tensors();
  }

  /**
   * Creates the folder if it is missing.
   *
   * @param folder the folder
   * @param kind the kind of state, a record that can be written as JSON
   * @throws FailedWriteException if the folder cannot be written
   */
  public RunFolder(Path folder, Class<S> kind) {
    this.folder = folder;
    this.kind = kind;
    try {
      Files.createDirectories(folder);
      AtomicFile.removeUnfinished(folder.resolve(STATE));
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    }
  }

  /**
   * {@return the saved state, or empty if none was saved}
   *
   * @throws TrainingException if the state cannot be read
   */
  public Optional<S> state() {
    try {
      return Files.exists(folder.resolve(STATE))
          ? Optional.of(JSON.readValue(folder.resolve(STATE).toFile(), kind))
          : Optional.empty();
    } catch (IOException e) {
      throw new TrainingException(message(e), e);
    }
  }

  /**
   * {@return the tensors of a saved state, by kind and then by name}
   *
   * @param state the state
   */
  public Map<String, Weights> tensors(S state) {
    Map<String, Map<String, WeightTensor>> kinds = new LinkedHashMap<>();
    WeightsFile.read(folder.resolve(state.tensors()))
        .tensors()
        .forEach(
            (name, tensor) -> {
              int end = name.indexOf(KIND_END);
              kinds
                  .computeIfAbsent(name.substring(0, end), kind -> new LinkedHashMap<>())
                  .put(name.substring(end + 1), tensor);
            });
    return kinds.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, kind -> new Weights(kind.getValue())));
  }

  /**
   * {@return the name of the file for the tensors of a state at this epoch and batch}
   *
   * @param epoch the current epoch, from 0
   * @param batch the next batch of the epoch, from 0
   */
  public static String tensorsOf(int epoch, int batch) {
    return TENSORS + epoch + "-" + batch + ".safetensors";
  }

  /**
   * Saves a state and its tensors, then removes the files of older tensors.
   *
   * @param state the state
   * @param tensors the tensors, by kind and then by name
   * @throws FailedWriteException if they cannot be written
   */
  public void save(S state, Map<String, Weights> tensors) {
    Map<String, WeightTensor> all = new LinkedHashMap<>();
    tensors.forEach(
        (kind, weights) ->
            weights.tensors().forEach((name, tensor) -> all.put(kind + KIND_END + name, tensor)));
    WeightsFile.write(folder.resolve(state.tensors()), new Weights(all));
    try {
      AtomicFile.write(
          folder.resolve(STATE), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(state));
      removeAllTensorsBut(state.tensors());
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    }
  }

  private void removeAllTensorsBut(String name) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "{,.}" + TENSORS + "*")) {
      for (Path file : files) {
        if (!file.getFileName().toString().equals(name)) {
          Files.delete(file);
        }
      }
    }
  }

  /** Replaces the picture of the learning curve. */
  void draw(String svg) {
    try {
      AtomicFile.write(folder.resolve(CURVE), svg.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    }
  }

  /**
   * {@return whether the file {@code export} exists} A user creates this file to ask for a
   * checkpoint.
   */
  boolean isDemanded() {
    return Files.exists(folder.resolve(EXPORT));
  }

  /** Removes the file {@code export}, because the checkpoint is published. */
  void endDemand() {
    try {
      Files.deleteIfExists(folder.resolve(EXPORT));
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    }
  }

  private String message(IOException e) {
    return "the run's folder "
        + folder
        + " cannot be used ("
        + e
        + "); check that it is writable and that its disk has room";
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
