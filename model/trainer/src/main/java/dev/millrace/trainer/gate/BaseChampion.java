package dev.millrace.trainer.gate;

import dev.millrace.control.Champion;
import java.util.Optional;

/**
 * The champion with which a run begins. A candidate of the run may replace only this champion.
 *
 * @param isKnown whether the champion could be read
 * @param version number of the version that serves; null if no version serves, or if the champion
 *     could not be read
 */
public record BaseChampion(boolean isKnown, Integer version) {

  static final BaseChampion UNKNOWN = new BaseChampion(false, null);

  /**
   * {@return a champion that was read}
   *
   * @param champion the champion; empty if no version serves
   */
  public static BaseChampion of(Optional<Champion> champion) {
    return new BaseChampion(true, champion.map(Champion::version).orElse(null));
  }
}
