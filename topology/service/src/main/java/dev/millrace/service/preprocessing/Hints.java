package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Exif;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import dev.millrace.onnx.DeclaredInput;
import java.util.List;
import java.util.Set;

/**
 * What one source says about the preprocessing of a model. Any value may be null, if the source
 * does not say it.
 *
 * @param source the source, as the user knows it, for example the path of a file
 * @param width width of the input, in pixels
 * @param height height of the input, in pixels
 * @param resize length of the shorter side before the crop, in pixels
 * @param cropPct share of the shorter side that the crop keeps, above 0 and at most 1
 * @param fit how an image of another shape becomes an image of the input's shape
 * @param interpolation how pixels are computed when the image is resized
 * @param exif whether the orientation in the file's EXIF data is applied
 * @param channels the channels of the model's input
 * @param scale factor of a pixel's value, if it is another one than 1/255. A source with a scale
 *     says all of the normalisation: no mean is 0, and no standard deviation is 1
 * @param mean mean of each channel after the scale, in the order red, green, blue
 * @param std standard deviation of each channel after the scale, in the order red, green, blue
 * @param obstacle why the source's fit cannot be used, if it is one that Millrace does not have; an
 *     error unless sources before this one say what the obstacle leaves open
 * @param defaults which of the values are defaults, and not in the source itself
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
   * Values of a source that it does not say itself.
   *
   * @param source where the values come from, as the user knows it
   * @param values the names of the values, as they are printed, for example {@code resize}
   */
  public record Defaults(String source, Set<String> values) {

    /** No defaults. */
    public static final Defaults NONE = new Defaults("", Set.of());

    /**
     * Copies the set.
     *
     * @param source where the values come from, as the user knows it
     * @param values the names of the values
     */
    public Defaults {
      values = Set.copyOf(values);
    }
  }

  /**
   * {@return the source of a value, as the user knows it}
   *
   * @param value the value's name, as it is printed
   */
  String source(String value) {
    return defaults.values().contains(value) ? defaults.source() : source;
  }

  /**
   * {@return the size that a model's file declares}
   *
   * @param source the source
   * @param declared what the file declares
   */
  public static Hints of(String source, DeclaredInput declared) {
    HintsBuilder builder = new HintsBuilder(source);
    builder.width = declared.width().isPresent() ? declared.width().getAsInt() : null;
    builder.height = declared.height().isPresent() ? declared.height().getAsInt() : null;
    return builder.build();
  }
}
