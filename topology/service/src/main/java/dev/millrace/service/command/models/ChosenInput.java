package dev.millrace.service.command.models;

import dev.millrace.core.image.Preprocessing;
import java.util.List;

/**
 * The preprocessing of an imported model.
 *
 * @param preprocessing the preprocessing
 * @param assumed the values that neither an option nor the model's file gave
 */
record ChosenInput(Preprocessing preprocessing, List<String> assumed) {

  /** Copies the list. */
  ChosenInput {
    assumed = List.copyOf(assumed);
  }

  /**
   * {@return one line that names what was assumed, for example {@code assumed: size 224, resize
   * 256, …}; empty if nothing was}
   */
  String note() {
    return assumed.isEmpty()
        ? ""
        : "assumed: "
            + String.join(", ", assumed)
            + "; if the model was trained otherwise, import it again with --size, --resize, --mean"
            + " and --std";
  }
}
