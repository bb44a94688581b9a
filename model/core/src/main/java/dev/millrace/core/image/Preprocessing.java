package dev.millrace.core.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The preprocessing of an image. It must be equal to the preprocessing in the model's training. The
 * steps are: decode, turn upright, resize, fit, arrange the channels, and compute {@code (pixel *
 * scale - mean) / std} for each channel. The usual preprocessing is torchvision's: {@code
 * Resize(resize)} of the shorter side (bilinear, antialiased), {@code CenterCrop(size)}, RGB,
 * {@code scale} 1/255.
 *
 * <p>The decoder does everything up to the fit, and returns 8-bit RGB pixels. The prepared model's
 * graph arranges the channels and normalises the pixels, so that only {@link #bytes()} bytes per
 * image are copied to the device.
 *
 * @param width width of the input, in pixels, from 1 to {@value #MAX_SIZE}
 * @param height height of the input, in pixels, from 1 to {@value #MAX_SIZE}
 * @param resize with {@link Fit#CROP}, the length of the shorter side after the resize, in pixels,
 *     which is at least the longer side of the input. With any other fit, the longer side of the
 *     input, in pixels
 * @param fit how an image with other proportions is fitted to the input
 * @param interpolation how pixels are computed when the image is resized
 * @param exif whether the orientation in the file's EXIF data is applied
 * @param channels the channels of the model's input
 * @param scale factor by which each pixel value is multiplied before the normalisation, usually
 *     1/255
 * @param mean mean of each channel, after the multiplication by {@code scale}
 * @param std standard deviation of each channel, after the multiplication by {@code scale}; each
 *     above 0
 */
public record Preprocessing(
    int width,
    int height,
    int resize,
    Fit fit,
    Interpolation interpolation,
    Exif exif,
    Channels channels,
    double scale,
    List<Float> mean,
    List<Float> std) {

  /** The number of channels that the decoder returns: red, green and blue. */
  public static final int CHANNELS = 3;

  /** The largest side of an input, in pixels. */
  public static final int MAX_SIZE = 4096;

  /**
   * Number of pixels per side below which an input counts as small. Models with a small input are
   * usually trained on whole images.
   */
  private static final int SMALL = 64;

  /** The usual scale: pixels from 0 to 255 become numbers from 0 to 1. */
  public static final double UNIT_SCALE = 1 / 255.0;

  /** The mean of ImageNet's pixels. Most models are trained with it. */
  public static final List<Float> IMAGENET_MEAN = List.of(0.485f, 0.456f, 0.406f);

  /** The standard deviation of ImageNet's pixels. Most models are trained with it. */
  public static final List<Float> IMAGENET_STD = List.of(0.229f, 0.224f, 0.225f);

  /** How an image with other proportions is fitted to the input. */
  public enum Fit {
    /** The shorter side is resized to {@code resize} pixels; then the centre is cut out. */
    CROP,
    /** Both sides are resized to the sides of the input, which may change the proportions. */
    SQUASH,
    /**
     * The whole image is resized to fit into the input, without a change of its proportions. Black
     * borders on two sides fill the rest.
     */
    PAD
  }

  /**
   * The filter that computes the pixels of a resized image. The names are those of Pillow's
   * filters.
   */
  public enum Interpolation {
    /** A triangle filter, antialiased. */
    BILINEAR,
    /** Pillow's cubic filter (a = -0.5), antialiased. */
    BICUBIC,
    /** The nearest pixel; not antialiased. */
    NEAREST,
    /** A Lanczos filter with three lobes, antialiased. */
    LANCZOS
  }

  /** Whether the orientation in a file's EXIF data is applied. */
  public enum Exif {
    /** Images are turned upright. */
    APPLY,
    /** Images stay as their pixels are stored. */
    IGNORE
  }

  /** The colour channels of a model's input, in the order in which the model takes them. */
  public enum Channels {
    /** Red, green, blue. */
    RGB(3),
    /** Blue, green, red, as OpenCV and Caffe order them. */
    BGR(3),
    /**
     * One grey channel, as Pillow's mode {@code L}: 0.299 red, 0.587 green, 0.114 blue, rounded.
     */
    GREY(1),
    /** Red, green, blue, and an opaque alpha channel of 255. */
    RGBA(4);

    private final int count;

    Channels(int count) {
      this.count = count;
    }

    /** {@return the number of channels} */
    public int count() {
      return count;
    }
  }

  /**
   * Validates the values.
   *
   * @param width width of the input, in pixels
   * @param height height of the input, in pixels
   * @param resize length of the shorter side after the resize, in pixels
   * @param fit how an image with other proportions is fitted to the input
   * @param interpolation how pixels are computed when the image is resized
   * @param exif whether the orientation in the file's EXIF data is applied
   * @param channels the channels of the model's input
   * @param scale factor by which each pixel value is multiplied before the normalisation
   * @param mean mean of each channel, after the multiplication by {@code scale}
   * @param std standard deviation of each channel, after the multiplication by {@code scale}
   * @throws IllegalArgumentException if a value is out of range; the message names the key and the
   *     value
   */
  public Preprocessing {
    requireSide(width == height ? "size" : "width", width);
    requireSide(width == height ? "size" : "height", height);
    int longer = Math.max(width, height);
    if (fit == Fit.CROP && (resize < longer || resize > 2 * MAX_SIZE)) {
      throw new IllegalArgumentException(
          "resize: "
              + resize
              + " is not between size ("
              + longer
              + ") and "
              + 2 * MAX_SIZE
              + " pixels");
    }
    resize = fit == Fit.CROP ? resize : longer;
    if (!(scale > 0 && scale <= 1e6)) {
      throw new IllegalArgumentException("scale: " + scale + " is not a number above 0");
    }
    mean = perChannel("mean", mean, channels);
    std = perChannel("std", std, channels);
    for (float deviation : std) {
      if (deviation <= 0) {
        throw new IllegalArgumentException("std: " + std + " holds a value that is not above 0");
      }
    }
  }

  /**
   * Creates torchvision's preprocessing for a square input: crop, bilinear, RGB, scale 1/255, and
   * the EXIF orientation applied.
   *
   * @param size side of the square input, in pixels
   * @param resize length of the shorter side after the resize, in pixels
   * @param mean mean of red, green and blue, on the 0..1 scale
   * @param std standard deviation of red, green and blue, on the 0..1 scale
   * @throws IllegalArgumentException if a value is out of range; the message names the key and the
   *     value
   */
  public Preprocessing(int size, int resize, List<Float> mean, List<Float> std) {
    this(
        size,
        size,
        resize,
        Fit.CROP,
        Interpolation.BILINEAR,
        Exif.APPLY,
        Channels.RGB,
        UNIT_SCALE,
        mean,
        std);
  }

  /** Reads the JSON of {@link #json()}. Missing keys get their usual values. */
  @JsonCreator
  static Preprocessing of(
      @JsonProperty("size") Integer size,
      @JsonProperty("width") Integer width,
      @JsonProperty("height") Integer height,
      @JsonProperty("resize") Integer resize,
      @JsonProperty("fit") String fit,
      @JsonProperty("interpolation") String interpolation,
      @JsonProperty("exif") String exif,
      @JsonProperty("channels") String channels,
      @JsonProperty("scale") Double scale,
      @JsonProperty("mean") List<Float> mean,
      @JsonProperty("std") List<Float> std) {
    int across = width != null ? width : size != null ? size : 0;
    int down = height != null ? height : size != null ? size : 0;
    return new Preprocessing(
        across,
        down,
        resize == null ? 0 : resize,
        constant(Fit.CROP, "fit", fit),
        constant(Interpolation.BILINEAR, "interpolation", interpolation),
        constant(Exif.APPLY, "exif", exif),
        constant(Channels.RGB, "channels", channels),
        scale == null ? UNIT_SCALE : scale,
        mean,
        std);
  }

  /**
   * {@return the values as a manifest stores them} The keys {@code fit}, {@code interpolation},
   * {@code exif}, {@code channels} and {@code scale} are left out if their values are the usual
   * ones. A square input has a single {@code size}.
   */
  @JsonValue
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    if (isSquare()) {
      json.put("size", width);
    } else {
      json.put("width", width);
      json.put("height", height);
    }
    json.put("resize", resize);
    putUnlessUsual(json, "fit", fit, Fit.CROP);
    putUnlessUsual(json, "interpolation", interpolation, Interpolation.BILINEAR);
    putUnlessUsual(json, "exif", exif, Exif.APPLY);
    putUnlessUsual(json, "channels", channels, Channels.RGB);
    if (scale != UNIT_SCALE) {
      json.put("scale", scale);
    }
    json.put("mean", mean);
    json.put("std", std);
    return json;
  }

  private static void putUnlessUsual(
      Map<String, Object> json, String key, Enum<?> value, Enum<?> usual) {
    if (value != usual) {
      json.put(key, value.name().toLowerCase(Locale.ROOT));
    }
  }

  private static <T extends Enum<T>> T constant(T usual, String key, String text) {
    if (text == null) {
      return usual;
    }
    for (T constant : usual.getDeclaringClass().getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(text)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(key + ": '" + text + "' is unknown");
  }

  /**
   * {@return a copy that resizes the whole image to another size, whatever its proportions are}
   *
   * @param newWidth width of the input, in pixels
   * @param newHeight height of the input, in pixels
   */
  public Preprocessing squashed(int newWidth, int newHeight) {
    return new Preprocessing(
        newWidth, newHeight, 0, Fit.SQUASH, interpolation, exif, channels, scale, mean, std);
  }

  /** {@return whether the input's width equals its height} */
  public boolean isSquare() {
    return width == height;
  }

  /** {@return the input's size as text, for example {@code 224x224}: the height, then the width} */
  public String size() {
    return height + "x" + width;
  }

  /** {@return the bytes of one preprocessed image: {@code height * width * 3}} */
  public int bytes() {
    return width * height * CHANNELS;
  }

  /**
   * {@return the usual resize for an input size, in pixels} This is 8/7 of the size, rounded, for
   * example 256 pixels for 224. For sizes below {@value #SMALL} pixels, the usual resize is the
   * size itself, because models for small images take the whole image.
   *
   * @param size side of the input, in pixels
   */
  public static int usualResize(int size) {
    return size < SMALL ? size : Math.round(size * 8 / 7f);
  }

  private static void requireSide(String key, int side) {
    if (side < 1 || side > MAX_SIZE) {
      throw new IllegalArgumentException(
          key + ": " + side + " is not between 1 and " + MAX_SIZE + " pixels");
    }
  }

  private static List<Float> perChannel(String name, List<Float> values, Channels channels) {
    if (values == null || values.size() != channels.count()) {
      throw new IllegalArgumentException(
          name
              + ": expected "
              + (channels.count() == CHANNELS
                  ? "three numbers (red, green, blue)"
                  : channels.count() + " numbers, one for each channel")
              + ", got "
              + (values == null ? "none" : values.size()));
    }
    for (Float value : values) {
      if (value == null || !Float.isFinite(value)) {
        throw new IllegalArgumentException(
            name + ": " + values + " holds a value that is not a number");
      }
    }
    return List.copyOf(values);
  }
}
