package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.onnx.DeclaredInput;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A preprocessing, with the source of each of its values.
 *
 * @param preprocessing the preprocessing
 * @param lines one line for each source that was used, with its values
 */
public record PreprocessingChoice(Preprocessing preprocessing, List<String> lines) {

  /**
   * Copies the list.
   *
   * @param preprocessing the preprocessing
   * @param lines one line for each source that was used
   */
  public PreprocessingChoice {
    lines = List.copyOf(lines);
  }

  /**
   * Takes each value from the first source that has it. If the size and the resize come from
   * different sources, the resize keeps its proportion to the size in its own source.
   *
   * @param declared the input that the model's file declares. The file's channels override every
   *     source. For an input of 8-bit pixels, a normalisation applies only if it comes from the
   *     first source
   * @param running finds the channels of a model that does not declare them, from the height and
   *     the width of its input
   * @param sources the values of the sources: first the user's options, then the other sources; an
   *     earlier source overrides the later sources
   * @return the choice; a value that no source has is torchvision's value, and {@link #lines} marks
   *     it as assumed
   * @throws IllegalArgumentException if the values are out of range or contradict each other
   */
  public static PreprocessingChoice of(
      DeclaredInput declared, BiFunction<Integer, Integer, Channels> running, List<Hints> sources) {
    return new PreprocessingChooser(declared, running, sources).choose();
  }
}
