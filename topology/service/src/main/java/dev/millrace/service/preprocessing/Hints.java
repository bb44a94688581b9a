package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Exif;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import dev.millrace.onnx.DeclaredInput;
import java.util.List;
import java.util.Set;

/**
 * The values of one source for the preprocessing of a model. A value is null if the source does not
 * have it.
 *
 * @param source the source in words for the user, for example the path of a file
 * @param width width of the input, in pixels
 * @param height height of the input, in pixels
 * @param resize length of the shorter side before the crop, in pixels
 * @param cropPct share of the shorter side that the crop keeps, above 0 and at most 1
 * @param fit how to fit an image of another shape to the shape of the input
 * @param interpolation how pixels are computed when the image is resized
 * @param exif whether the orientation in the file's EXIF data is applied
 * @param channels the channels of the model's input
 * @param scale factor for a pixel's value; null for the usual factor 1/255. If a source has a
 *     scale, a missing mean counts as 0 and a missing standard deviation as 1
 * @param mean mean of each channel after the scale, in the order red, green, blue
 * @param std standard deviation of each channel after the scale, in the order red, green, blue
 * @param obstacle the reason why Millrace cannot use the source's fit, or null. A source with an
 *     obstacle is refused, unless earlier sources have all values that are missing because of the
 *     obstacle
 * @param defaults the values that are defaults and are not in the source itself
 */
public record Hints(
    String source,
    Integer width,
    Integer height,
    Integer resize,
    Double cropPct,
    Fit fit,
    Interpolation interpolation,
    Exif exif,
    Channels channels,
    Double scale,
    List<Float> mean,
    List<Float> std,
    String obstacle,
    Defaults defaults) {

  /**
   * The values that a source leaves out, so that their defaults apply.
   *
   * @param source where the values come from, in words for the user
   * @param values the printed names of the values, for example {@code resize}
   */
  public record Defaults(String source, Set<String> values) {

    /** No defaults. */
    public static final Defaults NONE = new Defaults("", Set.of());

    /**
     * Copies the set.
     *
     * @param source where the values come from, in words for the user
     * @param values the names of the values
     */
    public Defaults {
      values = Set.copyOf(values);
    }
  }

  /**
   * {@return the source of a value, in words for the user}
   *
   * @param value the printed name of the value
   */
  String source(String value) {
    return defaults.values().contains(value) ? defaults.source() : source;
  }

  /**
   * {@return the size that a model's file declares}
   *
   * @param source the source
   * @param declared the input that the file declares
   */
  public static Hints of(String source, DeclaredInput declared) {
    HintsBuilder builder = new HintsBuilder(source);
    builder.width = declared.width().isPresent() ? declared.width().getAsInt() : null;
    builder.height = declared.height().isPresent() ? declared.height().getAsInt() : null;
    return builder.build();
  }
}
