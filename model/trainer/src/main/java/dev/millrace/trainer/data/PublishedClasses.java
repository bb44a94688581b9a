package dev.millrace.trainer.data;

import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.UnpublishedModelException;
import java.util.List;
import java.util.Optional;

/**
 * The classes of a version of a model. A published class keeps its index, because consumers of the
 * predictions may know classes by their indices.
 *
 * @param version the number of the version, or 0 if the model has no version
 * @param names the names of the version's classes, in the order of their indices
 */
public record PublishedClasses(int version, List<String> names) {

  /**
   * {@return the classes of a model's newest version}
   *
   * @param repository the model repository
   * @param model the model's name
   */
  public static PublishedClasses of(ModelRepository repository, String model) {
    int newest = versions(repository, model).stream().reduce(0, Math::max);
    return newest == 0 ? new PublishedClasses(0, List.of()) : of(repository, model, newest);
  }

  /**
   * {@return the numbers of a model's versions; none if the repository does not hold the model}
   *
   * @param repository the model repository
   * @param model the model's name
   */
  public static List<Integer> versions(ModelRepository repository, String model) {
    try {
      return repository.versions(model);
    } catch (UnpublishedModelException e) {
      return List.of();
    }
  }

  /**
   * {@return the classes of a version of a model}
   *
   * @param repository the model repository
   * @param model the model's name
   * @param version the number of the version
   */
  public static PublishedClasses of(ModelRepository repository, String model, int version) {
    return new PublishedClasses(version, repository.manifest(model, version).labels());
  }

  /**
   * {@return whether the given classes begin with the published classes}
   *
   * @param classes names of classes, in the order of their indices
   */
  public boolean begin(List<String> classes) {
    return classes.size() >= names.size() && classes.subList(0, names.size()).equals(names);
  }

  /**
   * {@return a warning if a published class does not keep its index}
   *
   * @param classes the names of the classes of the next version, in the order of their indices
   */
  public Optional<String> conflict(List<String> classes) {
    return begin(classes)
        ? Optional.empty()
        : Optional.of(
            "the classes do not begin with those of version "
                + version
                + ", which are "
                + ClassNames.some(names)
                + "; a version with the new classes can replace it only by a promotion that allows another"
                + " signature");
  }
}
