package dev.millrace.trainer.gate;

import dev.millrace.control.Champion;
import java.util.Optional;

/**
 * The champion with which a run begins. A candidate of the run may replace only this champion.
 *
 * @param version number of the promoted version; null if no version was promoted, or if the
 *     champion could not be read
 * @param obstacle the reason why no candidate of the run may replace the champion, and what to do;
 *     empty if a candidate may
 */
public record BaseChampion(Integer version, Optional<String> obstacle) {

  static final BaseChampion UNKNOWN =
      new BaseChampion(
          null,
          Optional.of("the champion could not be read when this run began; " + PromotionGate.NEXT));

  /**
   * {@return a champion that was read}
   *
   * @param champion the champion; empty if no version was promoted
   */
  public static BaseChampion of(Optional<Champion> champion) {
    return of(champion.map(Champion::version).orElse(null));
  }

  /** {@return a champion that was read, by its number; null if no version was promoted} */
  static BaseChampion of(Integer version) {
    return new BaseChampion(version, Optional.empty());
  }

  /**
   * {@return the same champion, which no candidate of the run may replace}
   *
   * @param why the reason, and what to do
   */
  public BaseChampion kept(String why) {
    return new BaseChampion(version, Optional.of(why));
  }
}
