package dev.millrace.service.command.train;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.core.repository.UnpublishedModelException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The versions of a model that may depend on an image.
 *
 * @param after number of the newest version when the first training on the image began; null if no
 *     training step has seen the image
 * @param newest number of the newest version in the repository, or 0 if it does not hold the model
 * @param numbers numbers of the versions that may depend on the image
 */
record DependentVersions(Integer after, int newest, List<Integer> numbers) {

  /** The versions that depend on an image that no training step has seen. */
  static final DependentVersions NONE = new DependentVersions(null, 0, List.of());

  /**
   * {@return whether another repository may hold versions that depend on the image} This repository
   * is not the trainer's if it lacks versions that existed when the training began. A repository
   * without any version may be that of another trainer.
   */
  boolean mayBeElsewhere() {
    return after != null && (newest == 0 || newest < after);
  }

  /**
   * {@return the versions that were trained after a version, and of the versions that were made
   * from them} A removed version counts as trained, because its manifest is gone. A version whose
   * manifest is damaged counts as trained, too.
   *
   * @param after number of the newest version when the first training on the image began
   * @throws ModelException if the repository does not work at the moment
   */
  static DependentVersions of(ModelRepository repository, String model, int after) {
    List<Integer> present = published(repository, model);
    Set<Integer> dependent = new TreeSet<>();
    for (int version : present) {
      Optional<ModelManifest> manifest = manifest(repository, model, version);
      boolean isTrained =
          version > after
              && manifest.map(found -> found.source().kind().equals("training")).orElse(true);
      Integer parent = manifest.map(ModelManifest::parentVersion).orElse(null);
      boolean isMade =
          parent != null
              && (dependent.contains(parent) || (parent > after && !present.contains(parent)));
      if (isTrained || isMade) {
        dependent.add(version);
      }
    }
    return new DependentVersions(
        after, present.stream().reduce(0, Math::max), List.copyOf(dependent));
  }

  private static Optional<ModelManifest> manifest(
      ModelRepository repository, String model, int version) {
    try {
      return Optional.of(repository.manifest(model, version));
    } catch (ModelException e) {
      if (RemoteAwayException.isCauseOf(e)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static List<Integer> published(ModelRepository repository, String model) {
    try {
      return repository.versions(model);
    } catch (UnpublishedModelException e) {
      return List.of();
    }
  }
}
