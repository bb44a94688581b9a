package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;
import java.nio.file.Path;

/**
 * Reads version folders that another tool wrote. A {@link ModelRepository} never writes to these
 * folders. The repository calls a foreign layout only for a version folder without a {@code
 * millrace.json}. Implementations are thread-safe.
 */
public interface ForeignLayout {

  /**
   * Tests whether a version's folder has this layout.
   *
   * @param folder {@code <repository>/<model>/<version>}, which has no {@code millrace.json}
   * @return whether {@link #read} can read the folder
   */
  boolean holds(Path folder);

  /**
   * Reads a version and derives its manifest from the files in and beside its folder.
   *
   * @param folder a folder that this layout {@link #holds}
   * @param model the model's name
   * @param version the version's number
   * @return the version, with the derived manifest
   * @throws ModelException if the version cannot be served; the message says what to change
   */
  ModelVersion read(Path folder, String model, int version);
}
