package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Exif;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A preprocessing, and which source said each of its values. For each value, the first source that
 * says it wins. If the size and the resize come from different sources, the resize keeps its
 * proportion to its own source's size.
 *
 * @param preprocessing the preprocessing
 * @param lines what each source said, one line for each source that was used
 */
public record PreprocessingChoice(Preprocessing preprocessing, List<String> lines) {

  private static final int USUAL_SIZE = 224;
  private static final String ASSUMED = "assumed";

  /**
   * Chooses each value.
   *
   * @param sources what the sources say; the first source weighs most
   * @return the choice; a value that no source says is torchvision's, and said to be assumed
   * @throws IllegalArgumentException if the values are out of range or contradict each other
   */
  public static PreprocessingChoice of(List<Hints> sources) {
    return new Chooser(sources).choose();
  }

  /** {@return a list of numbers without brackets} */
  private static String text(List<Float> values) {
    return String.join(", ", values.stream().map(Object::toString).toList());
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Collects the values, and which source said them. */
  private static final class Chooser {

    private final List<Hints> sources;
    private final Map<String, List<String>> said = new LinkedHashMap<>();

    Chooser(List<Hints> sources) {
      this.sources = sources;
      sources.forEach(source -> said.put(source.source(), new ArrayList<>()));
      said.put(ASSUMED, new ArrayList<>());
    }

    PreprocessingChoice choose() {
      Optional<Hints> ofSize = first(Hints::width);
      int width = ofSize.map(Hints::width).orElse(USUAL_SIZE);
      int height = ofSize.map(Hints::height).orElse(USUAL_SIZE);
      say(ofSize, "size " + width + "x" + height);
      Fit fit = fit();
      int resize = fit == Fit.CROP ? resize(ofSize, width, height) : Math.max(width, height);
      Preprocessing preprocessing =
          new Preprocessing(
              width,
              height,
              resize,
              fit,
              constant("interpolation", Hints::interpolation, Interpolation.BILINEAR),
              constant("EXIF orientation", Hints::exif, Exif.APPLY),
              constant("channels", Hints::channels, Channels.RGB),
              Preprocessing.UNIT_SCALE,
              numbers("mean", Hints::mean, Preprocessing.IMAGENET_MEAN),
              numbers("std", Hints::std, Preprocessing.IMAGENET_STD));
      return new PreprocessingChoice(preprocessing, lines());
    }

    private Fit fit() {
      for (Hints source : sources) {
        if (source.fit() == null && source.obstacle() != null) {
          throw new IllegalArgumentException(
              source.source() + ": " + source.obstacle() + "; choose with --fit");
        }
        if (source.fit() != null) {
          break;
        }
      }
      return constant("fit", Hints::fit, Fit.CROP);
    }

    private int resize(Optional<Hints> ofSize, int width, int height) {
      int longer = Math.max(width, height);
      Optional<Hints> found =
          sources.stream()
              .filter(source -> source.resize() != null || source.cropPct() != null)
              .findFirst();
      int resize = found.map(hints -> resize(hints, ofSize, longer)).orElse(usual(longer));
      say(found, "resize " + resize);
      return resize;
    }

    private static int usual(int longer) {
      return Preprocessing.usualResize(longer);
    }

    private static int resize(Hints hints, Optional<Hints> ofSize, int longer) {
      if (hints.cropPct() != null) {
        return (int) Math.floor(longer / hints.cropPct());
      }
      boolean isOfOtherSize = hints.width() != null && !ofSize.equals(Optional.of(hints));
      return isOfOtherSize
          ? Math.round(longer * hints.resize() / (float) Math.max(hints.width(), hints.height()))
          : hints.resize();
    }

    private <E extends Enum<E>> E constant(String name, Function<Hints, E> value, E usual) {
      Optional<Hints> found = first(value);
      E chosen = found.map(value).orElse(usual);
      say(found, name + " " + text(chosen));
      return chosen;
    }

    private List<Float> numbers(
        String name, Function<Hints, List<Float>> value, List<Float> usual) {
      Optional<Hints> found = first(value);
      List<Float> chosen = found.map(value).orElse(usual);
      say(found, name + " " + text(chosen) + (found.isPresent() ? "" : " (ImageNet's)"));
      return chosen;
    }

    private Optional<Hints> first(Function<Hints, ?> value) {
      return sources.stream().filter(source -> value.apply(source) != null).findFirst();
    }

    private void say(Optional<Hints> source, String words) {
      said.get(source.map(Hints::source).orElse(ASSUMED)).add(words);
    }

    private List<String> lines() {
      List<String> lines = new ArrayList<>();
      said.forEach(
          (source, words) -> {
            if (!words.isEmpty()) {
              lines.add(
                  "preprocessing "
                      + (source.equals(ASSUMED) ? ASSUMED : "from " + source)
                      + ": "
                      + String.join(", ", words));
            }
          });
      return lines;
    }
  }
}
