package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Setting;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

  private static final int MOST_VALUES = 10;

  @TempDir private Path home;

  private static Weights weights(float... values) {
    return new Weights(
        Map.of("w", new WeightTensor(List.of(values.length), FloatBuffer.wrap(values))));
  }

  private static RunState state(int epoch) {
    return new RunState(
        "run", Map.of(), epoch, 0, 0, 0, List.of(), RunFolder.tensorsOf(epoch, 0), false, 1);
  }

  private RunFolder<RunState> folder() {
    return new RunFolder<>(home, RunState.class, MOST_VALUES);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(home)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** A file of weights holds at most 500 million values, and a run may keep many epochs. */
  @Test
  void tensorsThatAreTooManyForAFile_haveFilesOfTheirOwn() throws IOException {
    Map<String, Weights> tensors = new LinkedHashMap<>();
    tensors.put("weight", weights(1, 2, 3, 4));
    tensors.put("momentum", weights(5, 6, 7, 8));
    tensors.put("best-1", weights(9, 10, 11, 12));
    tensors.put("best-3", weights(13, 14, 15, 16));

    folder().save(state(3), tensors);

    assertThat(folder().tensors(state(3))).isEqualTo(tensors);
    assertThat(files())
        .containsExactly(
            "run.json",
            "state-3-0-best-1.safetensors",
            "state-3-0-best-3.safetensors",
            "state-3-0.safetensors");
    for (String file : files()) {
      if (file.startsWith("state-")) {
        assertThat(WeightsFile.read(home.resolve(file)).size()).isLessThanOrEqualTo(MOST_VALUES);
      }
    }
  }

  @Test
  void nextState_removesTheFilesOfTheStateBefore() throws IOException {
    Map<String, Weights> tensors = new LinkedHashMap<>();
    tensors.put("weight", weights(1, 2, 3, 4, 5, 6, 7, 8));
    tensors.put("best-1", weights(9, 10, 11, 12));
    folder().save(state(1), tensors);

    tensors.remove("best-1");
    folder().save(state(2), tensors);

    assertThat(files()).containsExactly("run.json", "state-2-0.safetensors");
    assertThat(folder().tensors(state(2))).isEqualTo(tensors);
  }

  /** A pre-training and a training may have been given the same folder. */
  @Test
  void stateOfAnotherCommand_isRefused_withAdvice() throws IOException {
    for (String state : List.of("{\"run\":\"r\",\"epoch\":1,\"spreadSum\":0.5}", "{\"run\":")) {
      Files.writeString(home.resolve("run.json"), state);

      assertThatThrownBy(() -> folder().state())
          .isInstanceOfSatisfying(
              TrainingException.class, e -> assertThat(e.settings()).containsExactly(Setting.RUN))
          .hasMessage(
              home.resolve("run.json")
                  + " is damaged, or of another command or release; name another folder, or remove"
                  + " run.json and state-*.safetensors in this folder");
    }
  }

  /** The advice for a file of weights, to save it again with PyTorch, would make no sense. */
  @Test
  void fileOfTensorsThatCannotBeRead_isNamed_withWhatToDo() throws IOException {
    Map<String, Weights> tensors = new LinkedHashMap<>();
    tensors.put("weight", weights(1, 2, 3, 4, 5, 6, 7, 8));
    tensors.put("best-1", weights(9, 10, 11, 12));
    folder().save(state(1), tensors);

    for (String name : List.of("state-1-0.safetensors", "state-1-0-best-1.safetensors")) {
      Path file = home.resolve(name);
      byte[] content = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(content, content.length - 1));
      assertNotResumed(file);
      Files.delete(file);
      assertNotResumed(file);
      Files.write(file, content);
    }
    assertThat(folder().tensors(state(1))).isEqualTo(tensors);
  }

  private void assertNotResumed(Path file) {
    assertThatThrownBy(() -> folder().tensors(state(1)))
        .isInstanceOfSatisfying(
            TrainingException.class, e -> assertThat(e.settings()).containsExactly(Setting.RUN))
        .hasMessageStartingWith("cannot read " + file + " (")
        .hasMessageEndingWith(
            "); restore it from a backup, name another folder, or remove run.json and"
                + " state-*.safetensors in this folder")
        .hasMessageNotContaining("save them again");
  }

  @Test
  void oneKindOfTensors_mayHaveMoreValues() throws IOException {
    Map<String, Weights> tensors = Map.of("weight", weights(new float[MOST_VALUES + 1]));

    folder().save(state(1), tensors);

    assertThat(files()).containsExactly("run.json", "state-1-0.safetensors");
    assertThat(folder().tensors(state(1))).isEqualTo(tensors);
  }
}
