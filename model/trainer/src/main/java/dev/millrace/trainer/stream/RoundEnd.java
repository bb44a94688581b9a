package dev.millrace.trainer.stream;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.millrace.core.training.Gate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The content of the file that a finished round writes after its weights.
 *
 * @param classes names of the classes, in the order of the rows of the last layer
 * @param version number of the version that the round published last; null if the round published
 *     no version
 * @param isBaseKnown whether the champion could be read at the beginning of the round; false in
 *     files of older releases that did not read the champion
 * @param base the champion at the beginning of the round; null if no version served. If the round
 *     could not start from a champion that another writer had promoted, the champion before it, so
 *     that the next round tries again
 * @param promoted number of the version that the round promoted; null if the round promoted no
 *     version
 * @param refused number of consecutive rounds, including this round and the failed rounds after it,
 *     that promoted nothing since a round started from the champion
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record RoundEnd(
    List<String> classes,
    Integer version,
    boolean isBaseKnown,
    Integer base,
    Integer promoted,
    int refused) {

  /**
   * {@return the reason why the next round starts from the champion, or empty if it starts from
   * this round's weights}
   *
   * @param champion the number of the version that serves
   */
  Optional<String> leave(int champion, Gate.Restart restart) {
    if (Objects.equals(promoted, champion)) {
      return Optional.empty();
    }
    if (isOvertakenBy(champion)) {
      return Optional.of("another writer has promoted it");
    }
    if (restart.always()) {
      return Optional.of("every round does");
    }
    return refused >= restart.afterRefused()
        ? Optional.of(refused + " rounds in a row were not promoted")
        : Optional.empty();
  }

  /**
   * {@return whether another writer has promoted the champion since this round}
   *
   * @param champion the number of the version that serves
   */
  boolean isOvertakenBy(int champion) {
    return isBaseKnown && !Objects.equals(left(), champion);
  }

  /** {@return the same end, after another round that has failed} */
  RoundEnd withFailedRound() {
    return new RoundEnd(classes, version, isBaseKnown, base, promoted, refused + 1);
  }

  /** {@return the champion at the end of the round; null if no version served} */
  Integer left() {
    // After a promotion, the base is no longer the champion, unless a rollback has restored it.
    return promoted == null ? base : promoted;
  }
}
