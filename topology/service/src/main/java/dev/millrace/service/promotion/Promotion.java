package dev.millrace.service.promotion;

import dev.millrace.control.Champion;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The rules by which a version becomes a model's champion. {@code models promote}, {@code models
 * rollback} and the page follow the same rules. Thread-safe.
 *
 * @param repository the model repository
 * @param model the model's name
 * @param trial runs a version on sample images; throws {@link ModelException} if the version cannot
 *     serve
 */
public record Promotion(ModelRepository repository, String model, Consumer<ModelVersion> trial) {

  /**
   * Computes the champion after a promotion. Does not run the trial.
   *
   * @param chosen the version to promote
   * @param before the current champion, or empty if none was ever promoted
   * @param allowSignatureChange whether the version's input and classes may differ from those of
   *     the current champion. New classes after the current classes do not count as a difference
   * @return the new champion
   * @throws ModelException if the signature differs and {@code allowSignatureChange} is false
   */
  public Champion promoted(
      ModelVersion chosen, Optional<Champion> before, boolean allowSignatureChange) {
    if (!allowSignatureChange) {
      before.ifPresent(champion -> requireSignature(chosen, champion));
    }
    Integer previous =
        before
            .map(
                champion ->
                    champion.version() == chosen.version()
                        ? champion.previous()
                        : (Integer) champion.version())
            .orElse(null);
    return new Champion(chosen.version(), previous, allowSignatureChange, chosen.sha256());
  }

  /**
   * Requires that the chosen version has the signature of the current version, unless the current
   * version was removed from the repository.
   */
  private void requireSignature(ModelVersion chosen, Champion before) {
    if (repository.versions(model).contains(before.version())) {
      chosen.requireSignatureOf(repository.manifest(model, before.version()));
    }
  }

  /**
   * Computes the champion after a rollback, after a trial of the version. The signature of the
   * previous version may differ from the signature of the current version.
   *
   * @param now the current champion, or empty if none was ever promoted
   * @return the previously promoted version, as the new champion
   * @throws ModelException if no previous version is known, or if the previous version cannot serve
   */
  public Champion rolledBack(Optional<Champion> now) {
    Integer previous = now.map(Champion::previous).orElse(null);
    if (previous == null) {
      throw new ModelException(
          now.map(
                      champion ->
                          "no version of '"
                              + model
                              + "' is known to have been promoted before version "
                              + champion.version())
                  .orElse("no version of '" + model + "' was ever promoted")
              + "; name the one to serve with 'millrace models promote --version N'");
    }
    ModelVersion version = repository.version(model, previous);
    trial.accept(version);
    return new Champion(previous, null, true, version.sha256());
  }

  /**
   * {@return the names of the classes that only the replaced version has, in the order of their
   * indices} Returns no names if the replaced version was removed from the repository or cannot be
   * read. After a rollback, the version that serves may lack classes that the replaced version has.
   *
   * @param before the replaced champion
   * @param now the new champion
   */
  public List<String> lostClasses(Champion before, Champion now) {
    if (!repository.versions(model).containsAll(List.of(before.version(), now.version()))) {
      return List.of();
    }
    try {
      List<String> kept = repository.manifest(model, now.version()).labels();
      return repository.manifest(model, before.version()).labels().stream()
          .filter(name -> !kept.contains(name))
          .toList();
    } catch (ModelException e) {
      return List.of(); // a damaged version is a good reason to replace it
    }
  }
}
