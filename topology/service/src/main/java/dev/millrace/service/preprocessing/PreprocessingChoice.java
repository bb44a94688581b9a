package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.onnx.DeclaredInput;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A preprocessing, and which source said each of its values.
 *
 * @param preprocessing the preprocessing
 * @param lines what each source said, one line for each source that was used
 */
public record PreprocessingChoice(Preprocessing preprocessing, List<String> lines) {

  /**
   * Copies the list.
   *
   * @param preprocessing the preprocessing
   * @param lines what each source said
   */
  public PreprocessingChoice {
    lines = List.copyOf(lines);
  }

  /**
   * Chooses each value: the first source that says it wins. If the size and the resize come from
   * different sources, the resize keeps its proportion to its own source's size.
   *
   * @param declared what the model's file says about its input. Its channels win over every source,
   *     and 8-bit pixels are normalised only if the first source says so
   * @param running finds the channels of a model that does not declare them, from the height and
   *     the width of its input
   * @param sources what the sources say: first the user's options, then the others; the first
   *     source weighs most
   * @return the choice; a value that no source says is torchvision's, and said to be assumed
   * @throws IllegalArgumentException if the values are out of range or contradict each other
   */
  public static PreprocessingChoice of(
      DeclaredInput declared, BiFunction<Integer, Integer, Channels> running, List<Hints> sources) {
    return new PreprocessingChooser(declared, running, sources).choose();
  }
}
