package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing.Fit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Refuses a source whose fit Millrace does not support, unless options set the missing values. */
final class Obstacle {

  private Obstacle() {}

  /**
   * Checks the first source with an obstacle.
   *
   * @param sources the sources; an earlier source overrides the later sources
   * @throws IllegalArgumentException if a value is missing; the message names the reason and the
   *     options that set the value
   */
  static void requireOvercome(List<Hints> sources) {
    for (int i = 0; i < sources.size(); i++) {
      Hints source = sources.get(i);
      if (source.obstacle() != null) {
        List<String> missing = missing(sources.subList(0, i), sources);
        if (!missing.isEmpty()) {
          throw new IllegalArgumentException(
              "%s: %s; give %s"
                  .formatted(source.source(), source.obstacle(), String.join(" and ", missing)));
        }
        return;
      }
    }
  }

  private static List<String> missing(List<Hints> earlier, List<Hints> all) {
    List<String> missing = new ArrayList<>();
    Optional<Fit> fit = earlier.stream().map(Hints::fit).filter(f -> f != null).findFirst();
    boolean isResizeSaid =
        earlier.stream().anyMatch(hints -> hints.resize() != null || hints.cropPct() != null);
    if (all.stream().allMatch(hints -> hints.width() == null && hints.height() == null)) {
      missing.add("--size");
    }
    if (fit.isEmpty()) {
      missing.add(isResizeSaid ? "--fit" : "--fit (--fit crop needs --resize too)");
    } else if (fit.get() == Fit.CROP && !isResizeSaid) {
      missing.add("--resize");
    }
    return missing;
  }
}
