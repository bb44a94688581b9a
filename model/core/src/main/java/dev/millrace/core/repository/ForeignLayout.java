package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;
import java.nio.file.Path;

/**
 * Another layout of version folders, which a {@link ModelRepository} reads as it is and never
 * writes. The repository asks for a version folder that has no manifest. Implementations are
 * thread-safe.
 */
public interface ForeignLayout {

  /**
   * Whether a version's folder is of this layout.
   *
   * @param folder {@code <repository>/<model>/<version>}, without a manifest
   */
  boolean holds(Path folder);

  /**
   * Reads a version, with a manifest made up of what lies in its folder and beside it.
   *
   * @param folder one that this layout {@link #holds}
   * @throws ModelException if it cannot be served; the message says what would be right
   */
  ModelVersion read(Path folder, String model, int version);
}
