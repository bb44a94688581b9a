package dev.millrace.trainer.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.files.AtomicFile;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.Setting;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Stores a run's state so that the state survives a kill at any moment. The tensors are first
 * written and forced to disk, in files with new names. Then one rename replaces {@code run.json},
 * which contains the name of the main file of the tensors. If there are more values than a file can
 * hold, for example because the run keeps the weights of many epochs, the main file names the kinds
 * of tensors that have files of their own. Only one process may use the folder at a time.
 *
 * @param <S> the kind of state
 */
public final class RunFolder<S extends RunFolder.Saved> {

  private static final String STATE = "run.json";
  private static final String CURVE = "curve.svg";
  private static final String EXPORT = "export";
  private static final String TENSORS = "state-";
  private static final String ENDING = ".safetensors";
  private static final String STATE_FILES = STATE + " and " + TENSORS + "*" + ENDING;
  private static final char KIND_END = '/';

  /** The main file's metadata that lists the kinds of tensors in other files. */
  private static final String APART = "millrace.apart";

  private static final String BETWEEN_KINDS = ",";

  /** The largest number of values in the main file, unless one kind of tensors has more. */
  private static final long MOST_VALUES = 400_000_000;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path folder;
  private final Class<S> kind;
  private final long mostValues;

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
    this(folder, kind, MOST_VALUES);
  }

  /**
   * @param mostValues the largest number of values in the main file of the tensors
   */
  RunFolder(Path folder, Class<S> kind, long mostValues) {
    this.folder = folder;
    this.kind = kind;
    this.mostValues = mostValues;
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
    } catch (JsonProcessingException e) {
      throw new TrainingException(
          folder.resolve(STATE)
              + " is damaged, or of another command or release; name another folder, or remove "
              + STATE_FILES
              + " in this folder",
          e,
          Setting.RUN);
    } catch (IOException e) {
      throw new TrainingException(
          "cannot read "
              + folder.resolve(STATE)
              + " ("
              + e
              + "); restore it from a backup, or remove it to begin the run anew",
          e);
    }
  }

  /**
   * {@return the tensors of a saved state, by kind and then by name}
   *
   * @param state the state
   * @throws TrainingException if a file of the tensors cannot be read
   */
  public Map<String, Weights> tensors(S state) {
    Path main = folder.resolve(state.tensors());
    Map<String, Map<String, WeightTensor>> kinds = new LinkedHashMap<>();
    read(main, WeightsFile::read)
        .tensors()
        .forEach(
            (name, tensor) -> {
              int end = name.indexOf(KIND_END);
              kinds
                  .computeIfAbsent(name.substring(0, end), kind -> new LinkedHashMap<>())
                  .put(name.substring(end + 1), tensor);
            });
    Map<String, Weights> tensors = new LinkedHashMap<>();
    kinds.forEach((name, values) -> tensors.put(name, new Weights(values)));
    String apart = read(main, WeightsFile::metadata).getOrDefault(APART, "");
    for (String name : apart.isEmpty() ? new String[0] : apart.split(BETWEEN_KINDS)) {
      tensors.put(name, read(folder.resolve(fileOf(name, state)), WeightsFile::read));
    }
    return tensors;
  }

  private static <T> T read(Path file, Function<Path, T> reading) {
    try {
      return reading.apply(file);
    } catch (ModelException e) {
      throw new TrainingException(
          "cannot read "
              + file
              + " ("
              + (e.getCause() == null ? e : e.getCause())
              + "); restore it from a backup, name another folder, or remove "
              + STATE_FILES
              + " in this folder",
          e,
          Setting.RUN);
    }
  }

  /**
   * {@return the name of the file for the tensors of a state at this epoch and batch}
   *
   * @param epoch the current epoch, from 0
   * @param batch the next batch of the epoch, from 0
   */
  public static String tensorsOf(int epoch, int batch) {
    return TENSORS + epoch + "-" + batch + ENDING;
  }

  /** {@return the name of the file of a kind of tensors that is not in the main file} */
  private static String fileOf(String name, Saved state) {
    String main = state.tensors();
    return main.substring(0, main.length() - ENDING.length()) + "-" + name + ENDING;
  }

  /**
   * Saves a state and its tensors, then removes the files of older tensors.
   *
   * @param state the state
   * @param tensors the tensors, by kind and then by name
   * @throws FailedWriteException if they cannot be written
   */
  public void save(S state, Map<String, Weights> tensors) {
    Map<String, WeightTensor> main = new LinkedHashMap<>();
    List<String> apart = new ArrayList<>();
    Set<String> files = new HashSet<>(Set.of(state.tensors()));
    long values = 0;
    for (Map.Entry<String, Weights> each : tensors.entrySet()) {
      String name = each.getKey();
      Weights weights = each.getValue();
      if (main.isEmpty() || values + weights.size() <= mostValues) {
        weights.tensors().forEach((tensor, value) -> main.put(name + KIND_END + tensor, value));
        values += weights.size();
      } else {
        WeightsFile.write(folder.resolve(fileOf(name, state)), weights);
        files.add(fileOf(name, state));
        apart.add(name);
      }
    }
    WeightsFile.write(
        folder.resolve(state.tensors()),
        new Weights(main),
        apart.isEmpty() ? Map.of() : Map.of(APART, String.join(BETWEEN_KINDS, apart)));
    try {
      AtomicFile.write(
          folder.resolve(STATE), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(state));
      removeAllTensorsBut(files);
    } catch (IOException e) {
      throw new FailedWriteException(message(e), e);
    }
  }

  private void removeAllTensorsBut(Set<String> names) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "{,.}" + TENSORS + "*")) {
      for (Path file : files) {
        if (!names.contains(file.getFileName().toString())) {
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
