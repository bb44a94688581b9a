package dev.millrace.core.image;

import java.util.List;

/**
 * The preprocessing of an image, in torchvision's terms: decode, {@code Resize(resize)} of the
 * shorter side (bilinear, antialiased), {@code CenterCrop(size)}, then {@code (pixel / 255 - mean)
 * / std} per channel.
 *
 * <p>The decoder decodes, resizes and crops the image, and returns 8-bit pixels. The normalisation
 * is part of the prepared graph, so that only {@link #bytes()} bytes per image are copied to the
 * device.
 *
 * @param size side of the square input, in pixels, from 1 to {@value #MAX_SIZE}
 * @param resize length of the shorter side after the resize, in pixels; at least {@code size}
 * @param mean mean of red, green and blue, on the 0..1 scale
 * @param std standard deviation of red, green and blue, on the 0..1 scale, each above 0
 */
public record Preprocessing(int size, int resize, List<Float> mean, List<Float> std) {

  /** The number of channels: red, green and blue. */
  public static final int CHANNELS = 3;

  /** The largest side of an input, in pixels. */
  public static final int MAX_SIZE = 4096;

  /** The mean of ImageNet's pixels. Most models are trained with this mean. */
  public static final List<Float> IMAGENET_MEAN = List.of(0.485f, 0.456f, 0.406f);

  /** The standard deviation of ImageNet's pixels. Most models are trained with this deviation. */
  public static final List<Float> IMAGENET_STD = List.of(0.229f, 0.224f, 0.225f);

  /**
   * Validates the values.
   *
   * @param size side of the square input
   * @param resize length of the shorter side after the resize, in pixels
   * @param mean mean of red, green and blue, on the 0..1 scale
   * @param std standard deviation of red, green and blue, on the 0..1 scale
   * @throws IllegalArgumentException if a value is out of range; the message contains the name of
   *     the parameter and the value
   */
  public Preprocessing {
    if (size < 1 || size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "size: " + size + " is not between 1 and " + MAX_SIZE + " pixels");
    }
    if (resize < size || resize > 2 * MAX_SIZE) {
      throw new IllegalArgumentException(
          "resize: "
              + resize
              + " is not between size ("
              + size
              + ") and "
              + 2 * MAX_SIZE
              + " pixels");
    }
    mean = channels("mean", mean);
    std = channels("std", std);
    for (float deviation : std) {
      if (deviation <= 0) {
        throw new IllegalArgumentException("std: " + std + " holds a value that is not above 0");
      }
    }
  }

  /** {@return the bytes of one preprocessed image: {@code size * size * 3}} */
  public int bytes() {
    return size * size * CHANNELS;
  }

  /**
   * {@return the usual value of {@code resize}: 8/7 of {@code size}, rounded; for example 256 for a
   * {@code size} of 224}
   *
   * @param size side of the input, in pixels
   */
  public static int usualResize(int size) {
    return Math.round(size * 8 / 7f);
  }

  private static List<Float> channels(String name, List<Float> values) {
    if (values == null || values.size() != CHANNELS) {
      throw new IllegalArgumentException(
          name
              + ": expected three numbers (red, green, blue), got "
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
