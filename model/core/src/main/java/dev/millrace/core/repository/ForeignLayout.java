package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;
import java.nio.file.Path;

/**
 * Reads version folders that another tool wrote. A {@link ModelRepository} never writes to such a
 * folder, and calls its layouts only for version folders without a manifest. Implementations are
 * thread-safe.
 */
public interface ForeignLayout {

  /**
   * Tests whether a version's folder has this layout.
   *
   * @param folder {@code <repository>/<model>/<version>}, without a manifest
   * @return whether {@link #read} can be called for it
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
