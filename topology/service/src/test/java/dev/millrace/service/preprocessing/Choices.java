package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.onnx.DeclaredInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Chooses the preprocessing of a model whose file declares only the channels of its input. */
final class Choices {

  private Choices() {}

  /** Chooses the preprocessing without options. */
  static PreprocessingChoice of(List<Hints> hints) {
    return of(Channels.RGB, false, new HintsBuilder("options").build(), hints);
  }

  /** Chooses the preprocessing with options. */
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
