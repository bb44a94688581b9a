package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.onnx.DeclaredInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Choices for a model whose file declares nothing but its channels. */
final class Choices {

  private Choices() {}

  /** Chooses without options. */
  static PreprocessingChoice of(List<Hints> hints) {
    return of(Channels.RGB, false, new HintsBuilder("options").build(), hints);
  }

  /** Chooses with options. */
  static PreprocessingChoice of(Channels channels, boolean raw, Hints options, List<Hints> hints) {
    List<Hints> sources = new ArrayList<>(List.of(options));
    sources.addAll(hints);
    DeclaredInput declared =
        new DeclaredInput(OptionalInt.empty(), OptionalInt.empty(), Optional.of(channels), raw);
    return PreprocessingChoice.of(
        declared,
        (height, width) -> {
          throw new AssertionError("the channels are declared");
        },
        sources);
  }
}
