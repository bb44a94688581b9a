package dev.millrace.service.command.train;

import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.UnpublishedModelException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The versions of a model that may depend on an image. */
final class DependentVersions {

  private DependentVersions() {}

  /**
   * {@return the numbers of the versions that were trained after a version, and of the versions
   * that were made from them} A removed version counts as trained, because its manifest is gone.
   *
   * @param after number of the newest version when the first training on the image began
   */
  static List<Integer> of(ModelRepository repository, String model, int after) {
    List<Integer> present = published(repository, model);
    Set<Integer> dependent = new TreeSet<>();
    for (int version : present) {
      ModelManifest manifest = repository.manifest(model, version);
      boolean isTrained = version > after && manifest.source().kind().equals("training");
      Integer parent = manifest.parentVersion();
      boolean isMade =
          parent != null
              && (dependent.contains(parent) || (parent > after && !present.contains(parent)));
      if (isTrained || isMade) {
        dependent.add(version);
      }
    }
    return List.copyOf(dependent);
  }

  private static List<Integer> published(ModelRepository repository, String model) {
    try {
      return repository.versions(model);
    } catch (UnpublishedModelException e) {
      return List.of();
    }
  }
}
