package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Exif;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.DeclaredInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Chooses each value of a preprocessing, and notes the source of each value. */
final class PreprocessingChooser {

  private static final int USUAL_SIZE = 224;
  private static final String ASSUMED = "assumed";

  private final DeclaredInput declared;
  private final BiFunction<Integer, Integer, Channels> running;
  private final List<Hints> sources;
  private final Map<String, List<String>> said = new LinkedHashMap<>();

  PreprocessingChooser(
      DeclaredInput declared, BiFunction<Integer, Integer, Channels> running, List<Hints> sources) {
    this.declared = declared;
    this.running = running;
    this.sources = sources;
    for (Hints source : sources) {
      said.put(source.source(), new ArrayList<>());
      said.put(source.defaults().source(), new ArrayList<>());
    }
    said.put(ASSUMED, new ArrayList<>());
  }

  PreprocessingChoice choose() {
    Obstacle.requireOvercome(sources);
    Optional<Hints> ofSize =
        first(source -> source.width() == null ? source.height() : source.width());
    Integer saidWidth = ofSize.map(Hints::width).orElse(null);
    Integer saidHeight = ofSize.map(Hints::height).orElse(null);
    int width = firstOf(saidWidth, saidHeight);
    int height = firstOf(saidHeight, saidWidth);
    say(
        ofSize,
        "size",
        width == height ? "size " + width : "height " + height + ", width " + width);
    Fit fit = constant("fit", Hints::fit, Fit.CROP);
    int longer = Math.max(width, height);
    int resize = fit == Fit.CROP ? resize(ofSize, longer, width == height) : longer;
    Interpolation interpolation =
        constant("interpolation", Hints::interpolation, Interpolation.BILINEAR);
    Exif exif = constant("EXIF orientation", Hints::exif, Exif.APPLY);
    Channels channels = channels(height, width);
    Normalized normalized = normalized(channels);
    Preprocessing preprocessing =
        new Preprocessing(
            width,
            height,
            resize,
            fit,
            interpolation,
            exif,
            channels,
            normalized.scale(),
            normalized.mean(),
            normalized.std());
    return new PreprocessingChoice(preprocessing, lines());
  }

  /**
   * Returns the length of a side. If no source has this length, the side is as long as the other
   * side. If no source has the length of either side, returns the usual size.
   */
  private static int firstOf(Integer side, Integer other) {
    return side != null ? side : other != null ? other : USUAL_SIZE;
  }

  private int resize(Optional<Hints> ofSize, int longer, boolean isSquare) {
    Optional<Hints> found =
        sources.stream()
            .filter(source -> source.resize() != null || source.cropPct() != null)
            .findFirst();
    if (!isSquare && found.isPresent() && found.get().resize() == null) {
      throw refused(
          found.get(),
          "crop-pct: timm resizes images to cover both sides of an input that is not square, which"
              + " Millrace cannot do; give --resize");
    }
    int resize =
        found
            .map(hints -> resize(hints, ofSize, longer))
            .orElseGet(() -> Preprocessing.usualResize(longer));
    if (found.isPresent() && (resize < longer || resize > 2 * Preprocessing.MAX_SIZE)) {
      throw refused(
          found.get(),
          "resize: %d is not between size (%d) and %d pixels; give --resize"
              .formatted(resize, longer, 2 * Preprocessing.MAX_SIZE));
    }
    say(found, "resize", "resize " + resize);
    return resize;
  }

  private static int resize(Hints hints, Optional<Hints> ofSize, int longer) {
    if (hints.resize() == null) {
      return (int) Math.floor(longer / hints.cropPct());
    }
    boolean isOfOtherSize = hints.width() != null && !ofSize.equals(Optional.of(hints));
    return isOfOtherSize
        ? Math.round(longer * hints.resize() / (float) Math.max(hints.width(), hints.height()))
        : hints.resize();
  }

  private Channels channels(int height, int width) {
    Channels ofFile = declared.channels().orElseGet(() -> running.apply(height, width));
    Optional<Hints> order = first(Hints::channels);
    if (order.isEmpty()) {
      say(order, "channels", "channels " + text(ofFile));
      return ofFile;
    }
    Channels channels = order.get().channels();
    if (channels.count() != ofFile.count()) {
      throw refused(
          order.get(),
          "channel-order: %s needs a model of %d channels, and this one has %d"
              .formatted(text(channels), channels.count(), ofFile.count()));
    }
    say(order, "channels", "channels " + text(channels));
    return channels;
  }

  /** The normalisation of an input. */
  private record Normalized(double scale, List<Float> mean, List<Float> std) {}

  private Normalized normalized(Channels channels) {
    Optional<Hints> scaled = first(Hints::scale);
    if (scaled.isPresent()) {
      say(scaled, "scale", "scale " + scaled.get().scale());
      return new Normalized(
          scaled.get().scale(),
          numbers("mean", scaled, Hints::mean, ChannelValues.repeated(0, channels), channels),
          numbers("std", scaled, Hints::std, ChannelValues.repeated(1, channels), channels));
    }
    if (declared.raw() && !isNormalizedByOptions()) {
      say(Optional.empty(), "scale", "8-bit pixels, which the model normalises itself");
      return new Normalized(
          1, ChannelValues.repeated(0, channels), ChannelValues.repeated(1, channels));
    }
    return new Normalized(
        Preprocessing.UNIT_SCALE,
        numbers(
            "mean", first(Hints::mean), Hints::mean, ChannelValues.usualMean(channels), channels),
        numbers("std", first(Hints::std), Hints::std, ChannelValues.usualStd(channels), channels));
  }

  private boolean isNormalizedByOptions() {
    return sources.get(0).mean() != null || sources.get(0).std() != null;
  }

  private List<Float> numbers(
      String name,
      Optional<Hints> source,
      Function<Hints, List<Float>> value,
      List<Float> usual,
      Channels channels) {
    Optional<Hints> found = source.filter(hints -> value.apply(hints) != null);
    List<Float> chosen =
        found.map(value).map(values -> ChannelValues.inOrder(values, channels)).orElse(usual);
    if (found.isPresent() && chosen.size() != channels.count()) {
      throw refused(
          found.get(),
          "%s: expected %d numbers, one for each channel of the model, got %s; give --mean and --std"
              .formatted(name, channels.count(), chosen));
    }
    say(found, name, name + " " + text(chosen));
    return chosen;
  }

  /**
   * Returns one kind of exception for wrong options, and another kind for a file or preset that
   * does not fit the model.
   */
  private RuntimeException refused(Hints source, String message) {
    return source.equals(sources.get(0))
        ? new IllegalArgumentException(message)
        : new ModelException(source.source() + ": " + message);
  }

  private <E extends Enum<E>> E constant(String name, Function<Hints, E> value, E usual) {
    Optional<Hints> found = first(value);
    E chosen = found.map(value).orElse(usual);
    say(found, name, name + " " + text(chosen));
    return chosen;
  }

  private Optional<Hints> first(Function<Hints, ?> value) {
    return sources.stream().filter(source -> value.apply(source) != null).findFirst();
  }

  private void say(Optional<Hints> source, String value, String words) {
    said.get(source.map(hints -> hints.source(value)).orElse(ASSUMED)).add(words);
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    said.forEach(
        (source, words) -> {
          if (!words.isEmpty()) {
            String from = source.equals(ASSUMED) ? ASSUMED : "from " + source;
            lines.add("preprocessing " + from + ": " + String.join(", ", words));
          }
        });
    return lines;
  }

  /** {@return a list of numbers without brackets} */
  private static String text(List<Float> values) {
    return String.join(", ", values.stream().map(Object::toString).toList());
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
