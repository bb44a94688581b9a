package dev.millrace.trainer.stream;

import dev.millrace.control.Champion;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The champion of a model and the indices of its classes, as all trainers see them. */
interface ClassTopic {

  /** {@return the version that serves, or empty if none was ever promoted} */
  Optional<Champion> champion();

  /** {@return the names of the classes that have an index, in the order of their indices} */
  List<String> classes();

  /**
   * Replaces the names.
   *
   * @throws dev.millrace.control.ConcurrentChangeException if another trainer replaces the names at
   *     the same time
   */
  List<String> change(UnaryOperator<List<String>> change);
}
