package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Exif;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects the values of {@link Hints} while a source is read. */
final class HintsBuilder {

  private final String source;
  Integer width;
  Integer height;
  Integer resize;
  Double cropPct;
  Fit fit;
  Interpolation interpolation;
  Exif exif;
  Channels channels;
  Double scale;
  List<Float> mean;
  List<Float> std;
  String obstacle;
  String defaultsOf = "";

  /** The names of the values that are defaults. */
  final Set<String> defaulted = new HashSet<>();

  HintsBuilder(String source) {
    this.source = source;
  }

  Hints build() {
    return new Hints(
        source,
        width,
        height,
        resize,
        cropPct,
        fit,
        interpolation,
        exif,
        channels,
        scale,
        mean,
        std,
        obstacle,
        new Hints.Defaults(defaultsOf, defaulted));
  }
}
