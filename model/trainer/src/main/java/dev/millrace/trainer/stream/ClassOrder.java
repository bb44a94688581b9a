package dev.millrace.trainer.stream;

import dev.millrace.control.Champion;
import dev.millrace.control.ConcurrentChangeException;
import dev.millrace.control.KafkaAccess;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.trainer.data.PublishedClasses;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Gives indices to the classes of a model. The classes of the version that serves keep their
 * indices, and new classes follow. If the training promotes versions, a new class gets its index on
 * the control topic. So all trainers of the model give the class the same index. Otherwise, the
 * newest version in the repository decides. Confined to one thread.
 */
final class ClassOrder {

  /**
   * Largest number of attempts of a change while other trainers or promotions change the control
   * topic.
   */
  private static final int ATTEMPTS = 5;

  private final ModelRepository repository;
  private final String model;
  private final Optional<ClassTopic> topic;

  ClassOrder(ModelRepository repository, String model, Optional<ClassTopic> topic) {
    this.repository = repository;
    this.model = model;
    this.topic = topic;
  }

  /**
   * {@return the order for a training} The order uses the control topic if the training has a gate.
   */
  static ClassOrder of(TrainingConfig config) {
    String model = config.checkpoints().model();
    return new ClassOrder(
        config.checkpoints().repository(),
        model,
        config
            .checkpoints()
            .gate()
            .map(gate -> new KafkaClassTopic(KafkaAccess.keysOf(gate.broker()), model)));
  }

  /**
   * {@return the classes of the version that serves, or of the newest version if no version of the
   * repository serves} If the training has a gate, a version whose manifest is damaged is passed
   * over. This is safe, because the control topic holds the indices, and the gate promotes nothing
   * while it cannot use the version that serves.
   *
   * @param notes receives a note for each version that is passed over
   * @throws ModelException if the repository does not work at the moment; without a gate, also if
   *     the manifest is damaged
   */
  PublishedClasses published(List<String> notes) {
    if (topic.isEmpty()) {
      return PublishedClasses.of(repository, model);
    }
    List<Integer> versions = PublishedClasses.versions(repository, model);
    Stream<Integer> serving =
        topic.flatMap(ClassTopic::champion).map(Champion::version).stream()
            .filter(versions::contains);
    return firstReadable(Stream.concat(serving, newestFirst(versions)).distinct(), notes);
  }

  private static Stream<Integer> newestFirst(List<Integer> versions) {
    return versions.stream().sorted(Comparator.reverseOrder());
  }

  private PublishedClasses firstReadable(Stream<Integer> versions, List<String> notes) {
    return versions
        .flatMap(version -> readable(version, notes).stream())
        .findFirst()
        .orElse(new PublishedClasses(0, List.of()));
  }

  private Optional<PublishedClasses> readable(int version, List<String> notes) {
    try {
      return Optional.of(PublishedClasses.of(repository, model, version));
    } catch (ModelException e) {
      if (RemoteAwayException.isCauseOf(e)) {
        throw e;
      }
      notes.add(
          "the classes of version "
              + version
              + " cannot be read, so those of another version keep their indices; while version "
              + version
              + " serves, nothing is promoted: "
              + e.getMessage());
      return Optional.empty();
    }
  }

  /** {@return the number of the newest version, or 0 if the model has no version} */
  int newest() {
    return PublishedClasses.versions(repository, model).stream().reduce(0, Math::max);
  }

  /**
   * {@return the names of the classes of the newest version whose manifest is not damaged; none if
   * there is no such version}
   *
   * @throws ModelException if the repository does not work at the moment
   */
  List<String> newestClasses() {
    return firstReadable(
            newestFirst(PublishedClasses.versions(repository, model)), new ArrayList<>())
        .names();
  }

  /**
   * {@return the names of the classes that have an index, in the order of their indices}
   *
   * @param published the classes whose indices are fixed
   */
  List<String> known(PublishedClasses published) {
    return topic.map(each -> following(published, each.classes())).orElse(published.names());
  }

  /**
   * Gives an index to each name that has none.
   *
   * @param published the classes whose indices are fixed
   * @param names names of classes
   * @return the names of all classes that have an index, in the order of their indices. If other
   *     trainers have given indices in the meantime, the list has more names
   */
  List<String> give(PublishedClasses published, List<String> names) {
    List<String> known = known(published);
    if (topic.isEmpty() || known.containsAll(names)) {
      return topic.isEmpty() ? names : known;
    }
    for (int attempt = 1; ; attempt++) {
      try {
        return topic.get().change(given -> extended(following(published, given), names));
      } catch (ConcurrentChangeException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** {@return the given names if they continue the published names} */
  private static List<String> following(PublishedClasses published, List<String> given) {
    return published.begin(given) ? given : published.names();
  }

  private static List<String> extended(List<String> known, List<String> names) {
    Set<String> all = new LinkedHashSet<>(known);
    all.addAll(names);
    return new ArrayList<>(all);
  }
}
